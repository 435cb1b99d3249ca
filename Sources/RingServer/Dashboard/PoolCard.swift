import RingAPI
import RingCore

/// One pool among the others: whether it needs somebody, in a word.
struct PoolCard {
    private let pool: PoolSummary
    private let summary: String
    private let kind: StateMark.Kind
    private let letter: String

    init(_ pool: PoolSummary) {
        self.pool = pool
        let failing = pool.counts.down + pool.counts.suspect
        let out = pool.counts.held + pool.counts.ejected
        if pool.mode != .normal {
            (summary, kind, letter) = (pool.mode.rawValue, pool.mode.kind, "!")
        } else if failing > 0 {
            summary = failing == 1 ? "1 node fails" : "\(failing) nodes fail"
            (kind, letter) = (.bad, "D")
        } else if out > 0 {
            summary = out == 1 ? "1 node serves nobody" : "\(out) nodes serve nobody"
            (kind, letter) = (.warn, "E")
        } else {
            (summary, kind, letter) = ("all well", .ok, "U")
        }
    }

    /// How far to the front it comes.
    fileprivate var rank: Int {
        switch kind {
        case .bad: 0
        case .warn: 1
        case .work, .rest, .none: 2
        case .ok: 3
        }
    }

    /// What the template shows of it.
    func fields(at now: WallTime) -> Fields {
        var fields: Fields = [
            "name": pool.pool, "version": pool.version.map { "\($0)" } ?? "none", "up": pool.counts.up,
            "total": pool.counts.total, "dialect": pool.dialect, "summary": summary,
            "mark": ["class": kind.rawValue, "shape": kind.shape, "letter": letter] as Fields,
        ]
        fields["changed"] = pool.changedAt?.fields(at: now)
        return fields
    }
}

extension [PoolCard] {
    /// Those that need somebody first, the rest in the order they had.
    var failingFirst: [PoolCard] {
        enumerated().sorted { a, b in (a.element.rank, a.offset) < (b.element.rank, b.offset) }.map(\.element)
    }
}
