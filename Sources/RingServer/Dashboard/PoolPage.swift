import RingAPI
import RingCore

/// One pool: who owns what, who fails, what happened.
struct PoolPage {
    /// Nodes on one page.
    static let length = 100

    let board: PoolBoard
    let spans: [String: [HealthSpan]]
    let history: [HistoryRow]
    let events: [EventRow]
    /// Why the daemon decides nothing now.
    let hesitations: [String]
    /// Which hundred of the nodes, from 1 on.
    let number: Int

    private var name: String { board.detail.pool }

    var fields: Fields {
        let detail = board.detail
        let sorted = board.nodes.failingFirst
        let first = min((number - 1) * Self.length, max(0, sorted.count - 1) / Self.length * Self.length)
        let shown = sorted.dropFirst(first).prefix(Self.length)
        var fields: Fields = [
            "pool": name, "mode": detail.mode.rawValue, "modeClass": detail.mode.kind.rawValue,
            "notices": Notices.of(detail, published: board.published, hesitations: hesitations),
            "up": detail.counts.up, "total": detail.counts.total,
            "inRing": board.nodes.count { $0.share > .none }, "dialect": detail.dialect.name,
            "hasNodes": !shown.isEmpty, "nodes": shown.map(fields(of:)),
            "hasVersions": !history.isEmpty, "versions": history.map { $0.fields(at: board.at) },
            "hasEvents": !events.isEmpty, "events": events.reversed().map { $0.fields(at: board.at) },
            "hasRing": board.ring != nil,
        ]
        fields["version"] = detail.version
        fields["changed"] = detail.changedAt?.fields(at: board.at)
        if let ring = board.ring {
            fields["circle"] = circle(of: ring)
            if fields["circle"] == nil { fields["stack"] = stack(of: ring) }
        }
        if sorted.count > Self.length { fields["more"] = pages(first: first, of: sorted.count) }
        return fields
    }

    private func fields(of node: NodeRow) -> Fields {
        let spans = spans[node.name] ?? []
        var fields: Fields = [
            "name": node.name, "address": node.address, "state": node.state, "mark": StateMark(node.state).fields,
            "share": node.share.percentText, "width": node.share.width,
            "weight": node.weight.map { "\($0)" } ?? "–", "reason": node.reason ?? "",
            "day": Drawing.dayText(spans),
            "stripes": Drawing.day(
                spans,
                from: WallTime(milliseconds: board.at.milliseconds - DashboardRoutes.day),
                until: board.at
            ),
        ]
        fields["since"] = node.since?.fields(at: board.at)
        if let median = node.latencyP50, let slow = node.latencyP99 {
            var latency: Fields = ["median": millisecondText(median), "slow": millisecondText(slow)]
            latency["spark"] = Drawing.spark(board.latencies[node.name] ?? [])
            fields["latency"] = latency
        }
        return fields
    }

    /// Slots with their owners and shares, the largest share first.
    private func owners(of ring: Ring) -> [(slot: Int, name: String, share: Share)] {
        zip(board.owners, ring.shares).enumerated().map { ($0, $1.0, $1.1) }.sorted { a, b in
            (b.share, a.slot) < (a.share, b.slot)
        }
    }

    private func circle(of ring: Ring) -> Fields? {
        guard board.owners.count <= Drawing.circleNodes, let paths = Drawing.circle(ring) else { return nil }
        return [
            "arcs": paths.sorted { $0.key < $1.key }.map { slot, path in
                ["color": slot, "path": path, "name": board.owners[slot]] as Fields
            },
            "owners": owners(of: ring).map { slot, name, share in
                ["color": slot, "name": name, "share": share.percentText, "width": share.width] as Fields
            },
        ]
    }

    private func stack(of ring: Ring) -> Fields {
        let owners = owners(of: ring)
        var left = 0
        let parts = owners.prefix(200).enumerated().map { index, owner -> Fields in
            let part = owner.share.tenThousandths
            defer { left += part }
            return [
                "color": index % 2 == 0 ? 0 : 11, "name": owner.name, "share": owner.share.percentText,
                "x": "\(left / 10)", "width": "\(part / 10).\(part % 10)",
            ]
        }
        let (most, least) = (owners.first, owners.last)
        let label =
            "\(owners.count) slots; the largest is \(most?.name ?? "") with \(most?.share.percentText ?? ""), "
            + "the smallest \(least?.name ?? "") with \(least?.share.percentText ?? "")"
        return ["parts": Array(parts), "label": label]
    }

    private func pages(first: Int, of count: Int) -> Fields {
        let last = min(count, first + Self.length)
        var fields: Fields = ["text": "Nodes \(first + 1) to \(last) of \(count), the failing first."]
        if first > 0 { fields["previous"] = "/pools/\(name)?page=\(first / Self.length)" }
        if last < count { fields["next"] = "/pools/\(name)?page=\(first / Self.length + 2)" }
        return fields
    }
}

extension PoolMode {
    /// How the mode is shown.
    var kind: StateMark.Kind {
        switch self {
        case .normal: .ok
        case .frozen: .bad
        case .needsAck: .warn
        default: .work
        }
    }
}
