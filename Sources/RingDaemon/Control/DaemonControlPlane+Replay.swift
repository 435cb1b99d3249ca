package import RingAPI
package import RingCore
package import RingPlanner
package import RingServer
import RingStore

extension DaemonControlPlane {
    /// How many runs of probes are read for one replay.
    static let replayRunLimit = 500_000
    /// How many changes of operators are counted.
    private static let changeLimit = 1000

    package func replay(
        _ policy: Policy,
        of pool: PoolName?,
        since: RingSelection,
        until: WallTime?
    ) async throws(Refusal) -> ReplayReport {
        guard queries.enter() else {
            throw Refusal(.busy, problem: "long questions are being answered already", hint: "try again in a moment")
        }
        defer { queries.leave() }
        let record = try await coordinator.record(of: pool)
        let from = try await time(of: since, in: record) ?? record.createdAt
        let end = min(until ?? DaemonClock.wall(), DaemonClock.wall())
        guard from < end else {
            throw Refusal(
                .invalid,
                field: "until",
                problem: "\(end) is not after \(from)",
                hint: "give an end after the beginning"
            )
        }
        let past = try await past(of: record, from: from, until: end)
        let roster = await coordinator.roster
        let start = roster.asPublished(
            record,
            dialect: past.dialect,
            slots: past.slots,
            policy: policy,
            at: from
        )
        let runs = merged(past.runs, await coordinator.openRuns, of: start)
        let outcome = try await Self.play(start, pool: record.id, runs, from: from, until: end)
        var report = ReplayReport(
            pool: record.name.text,
            since: from,
            until: outcome.until,
            version: past.version.value,
            nodes: Set(runs.map(\.node)).count,
            runs: runs.count,
            cut: outcome.until < end,
            wouldHave: ReplayReport.Totals(outcome.decisions),
            did: ReplayReport.Totals(past.did),
            decisions: outcome.decisions.map(ReplayReport.Decision.init),
            notices: []
        )
        report.notices = notices(past, start, runs, outcome, isCut: report.cut)
        return report
    }

    /// What the database says of the window.
    private struct Past: Sendable {
        var version: RingVersion
        var dialect: DialectChoice
        var slots: [PublishedSlot]
        var runs: [ProbeRun]
        var did: [AutomaticChange]
        var operatorChanges: Int
    }

    private func past(of record: PoolRecord, from: WallTime, until: WallTime) async throws(Refusal) -> Past {
        let (name, limit) = (record.name, Self.replayRunLimit)
        let found = try await read { store throws(StoreError) -> Past? in
            guard let version = try store.version(at: from, of: name) else { return nil }
            return Past(
                version: version.version,
                dialect: version.dialect,
                slots: try store.slots(of: version).contents,
                runs: try store.probeRuns(in: record.id, from: from, until: until, limit: limit),
                did: try store.automaticChanges(of: name, from: from, until: until, limit: limit),
                operatorChanges: try store.operatorChanges(of: name, since: from, limit: Self.changeLimit).count
            )
        }
        guard let found else {
            throw Refusal(
                .notFound,
                field: "since",
                problem: "pool '\(name)' had no ring at \(from)",
                hint: "begin later; 'ringctl ring history' lists the versions"
            )
        }
        guard found.runs.count < limit else {
            throw Refusal(
                .limit,
                field: "since",
                problem: "more than \(limit) runs of probes are recorded since \(from)",
                hint: "ask for a shorter time, with a later beginning or an earlier end"
            )
        }
        return found
    }

    /// What is written, and what goes on and is not written yet.
    private func merged(_ written: [ProbeRun], _ open: [ProbeRun], of roster: Roster) -> [RecordedRun] {
        let isOpen = Set(open.map { RunStart(node: $0.node, at: $0.firstAt) })
        let nodes = Set(roster.nodes.map(\.id))
        let all = written.filter { !isOpen.contains(RunStart(node: $0.node, at: $0.firstAt)) } + open
        return all.filter { nodes.contains($0.node) }.map { run in
            RecordedRun(
                node: run.node,
                outcome: RecordedRun.Outcome(rawValue: run.outcome.rawValue) ?? .local,
                from: run.firstAt,
                until: run.lastAt
            )
        }
    }

    /// What names a run.
    private struct RunStart: Hashable {
        var node: NodeID
        var at: WallTime
    }

    /// Plays the record away from whoever asked: it keeps a core busy for up to some seconds.
    @concurrent
    private static func play(
        _ roster: Roster,
        pool: PoolID,
        _ runs: [RecordedRun],
        from: WallTime,
        until: WallTime
    ) async throws(Refusal) -> PolicyReplay.Outcome {
        do throws(ValidationError) {
            var replay = try PolicyReplay(roster: roster, pool: pool, runs: runs, from: from, until: until)
            return try replay.run()
        } catch {
            throw Refusal(error)
        }
    }

    private func notices(
        _ past: Past,
        _ roster: Roster,
        _ runs: [RecordedRun],
        _ outcome: PolicyReplay.Outcome,
        isCut: Bool
    ) -> [String] {
        var notices: [String] = []
        let seen = Set(runs.map(\.node))
        let unseen = roster.nodes.filter { !seen.contains($0.id) }.map(\.name.text)
        if !unseen.isEmpty {
            let names = unseen.prefix(5).joined(separator: ", ") + (unseen.count > 5 ? " and others" : "")
            notices.append("nothing is recorded of \(names); taken to be well")
        }
        if past.operatorChanges > 0 {
            let number =
                past.operatorChanges == Self.changeLimit ? "\(Self.changeLimit) or more" : "\(past.operatorChanges)"
            notices.append(
                "\(number) changes by operators in this time are left out; the ring is that of the beginning"
            )
        }
        if outcome.gaps > 0 { notices.append("ringd was not running \(outcome.gaps) times; nothing is decided then") }
        if isCut { notices.append("played only until \(outcome.until); ask for a shorter time") }
        return notices
    }
}

extension ReplayReport.Totals {
    fileprivate init(_ decisions: [PolicyReplay.Decision]) {
        self.init()
        for decision in decisions { count(decision.kind.rawValue, moved: decision.moved, cold: decision.cold) }
    }

    fileprivate init(_ changes: [AutomaticChange]) {
        self.init()
        for change in changes { count(change.kind, moved: change.moved ?? .none, cold: change.cold ?? .none) }
    }

    private mutating func count(_ kind: String, moved: Share, cold: Share) {
        switch AuditEvent.Kind(rawValue: kind) {
        case .eject: ejections += 1
        case .promote: promotions += 1
        case .hold: holds += 1
        // A node that became a spare is back without a version.
        case .rejoin, .release: rejoins += 1
        case .freeze: freezes += 1
        default: break
        }
        movedMillionths += Self.millionths(moved)
        coldMillionths += Self.millionths(cold)
    }

    private static func millionths(_ share: Share) -> Int64 { Int64(share.parts / ((1 << 62) / 1_000_000)) }
}

extension ReplayReport.Decision {
    fileprivate init(_ decision: PolicyReplay.Decision) {
        self.init(
            at: decision.at,
            kind: decision.kind.rawValue,
            node: decision.node?.text,
            reason: decision.reason,
            movedShare: decision.isVersion ? decision.moved : nil,
            coldShare: decision.isVersion ? decision.cold : nil
        )
    }
}
