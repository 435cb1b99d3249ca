import RingAPI
import RingCore

/// Carries a plan out: exactly what was seen, in the pool where it was seen, or nothing.
struct PlanExecution {
    let plan: Plan
    let options: ChangeOptions
    let global: GlobalOptions

    private var promise: Plan.Promise { plan.promise }
    private var client: ControlClient { global.client }

    /// How many events since the plan are told.
    private static let eventLimit = 20

    /// Does it, or says what it would do.
    func run() async throws {
        try refuseOtherNames()
        let isThere = try await findPool()
        var options = options
        if isThere { options.ifVersion = promise.baseVersion }
        var request = promise.request
        request.ifOutcome = promise.outcome
        var flow = ChangeFlow(global: global, options: options)
        flow.question = request.question
        flow.requestPrefix = "plan-\(try plan.id())-"
        do {
            try await flow.run(request)
        } catch let failure as CommandFailure where failure.status == .conflict {
            if let detail = try await Plan.pool(named: promise.pool, client), detail.version ?? 0 != promise.baseVersion
            {
                throw try await movedOn(to: detail.version ?? 0)
            }
            throw try await otherOutcome()
        }
    }

    private func refuseOtherNames() throws {
        if let asked = try global.poolName(), asked.text != promise.pool {
            throw CommandFailure(
                .refused,
                field: "pool",
                "the plan is about '\(printable(promise.pool))', and '\(asked)' is asked for",
                hint: "leave the pool out: the plan knows it"
            )
        }
        if let version = options.ifVersion, version != promise.baseVersion {
            throw CommandFailure(
                .refused,
                field: "if-version",
                "the plan was made at version \(promise.baseVersion), not at \(version)",
                hint: "leave it out: a plan is carried out at its own version only"
            )
        }
    }

    /// Refuses a pool that is not the one that the plan was made for, and one that has moved on.
    ///
    /// - Returns: whether there is one; `false` where the plan makes it.
    private func findPool() async throws -> Bool {
        let detail = try await Plan.pool(named: promise.pool, client)
        switch (promise.poolCreatedAt, detail) {
        case (nil, nil): return false
        case (nil, let detail?):
            throw CommandFailure(
                .conflict,
                "the plan makes the pool '\(printable(promise.pool))', and there is one since \(detail.createdAt.withAge)",
                hint: "look at it with 'ringctl pool show', and make a plan for what it lacks"
            )
        case (.some, nil):
            throw CommandFailure(
                .refused,
                field: "pool",
                "there is no pool '\(printable(promise.pool))' here, and the plan is for one",
                hint: "is it the plan for another ringd? Name the right one with --socket, or make the plan anew"
            )
        case (let created?, let detail?):
            guard created == detail.createdAt else {
                throw CommandFailure(
                    .refused,
                    field: "pool",
                    "the plan is for a pool '\(printable(promise.pool))' that was made at \(created), and the one here was "
                        + "made at \(detail.createdAt)",
                    hint:
                        "it is another installation, or the pool was made anew: make the plan anew with 'ringctl plan'"
                )
            }
            guard detail.version ?? 0 == promise.baseVersion else {
                throw try await movedOn(to: detail.version ?? 0)
            }
            return true
        }
    }

    /// Tells what happened since, and says that it was too much.
    private func movedOn(to version: Int64) async throws -> CommandFailure {
        let events = try await eventsSince()
        let prefix = "plan-\(try plan.id())-"
        let own = events.filter { $0.request?.hasPrefix(prefix) == true }
        if let first = own.first {
            return CommandFailure(
                .conflict,
                "the plan was carried out already, \(first.at.age()) ago by \(printable(first.actor.user))"
                    + (own.compactMap(\.version).last.map { ", as version \($0)" } ?? ""),
                hint: "there is nothing left to do; make a new plan for what is next"
            )
        }
        tell(events)
        return CommandFailure(
            .conflict,
            "pool '\(printable(promise.pool))' has moved on to version \(version) since the plan was made at version "
                + "\(promise.baseVersion), \(promise.madeAt.age()) ago",
            hint: "nothing was changed; make the plan anew with 'ringctl plan', and look at it again"
        )
    }

    /// Tells what the same changes would come to now, at the same version.
    private func otherOutcome() async throws -> CommandFailure {
        let now = try await Plan.making(of: promise.request, client).result
        tell(try await eventsSince())
        for line in plan.result.differences(to: now) { Terminal.error.write("  \(line.onOneLine)\n") }
        return CommandFailure(
            .conflict,
            "the changes would come to something else than the plan says, though the pool is at version "
                + "\(promise.baseVersion) still",
            hint: "nothing was changed; make the plan anew with 'ringctl plan', and look at it again"
        )
    }

    private func eventsSince() async throws -> [EventRow] {
        let path = Path("v1", "events")
            .query(["pool": promise.pool, "after": "\(promise.baseEvent)", "limit": "1000"])
        let list: EventList = try await client.get(path).value
        return list.events
    }

    private func tell(_ events: [EventRow]) {
        let left = events.count - Self.eventLimit
        if left > 0 { Terminal.error.write("  … \(left) earlier events\n") }
        for event in events.suffix(Self.eventLimit) { Terminal.error.write("  \(event.inBrief.onOneLine)\n") }
    }
}

extension EventRow {
    /// `5m ago  set cache-1 weight=150 by alice: more RAM  (version 42)`.
    fileprivate var inBrief: String {
        let facts = detail.pairs.map { "\($0.name)=\($0.value)" }
        let what = ([kind] + [node].compactMap(\.self) + facts).joined(separator: " ")
        return "\(at.age()) ago  \(what) by \(actor.user)" + (reason.isEmpty ? "" : ": \(reason)")
            + (version.map { "  (version \($0))" } ?? "")
    }
}

extension ChangeResult {
    /// What of a preview is another in a later one of the same changes.
    fileprivate func differences(to now: ChangeResult) -> [String] {
        var lines: [String] = []
        func compare(_ what: String, _ then: String, _ now: String) {
            if then != now { lines.append("\(what): \(then) in the plan, \(now) now") }
        }
        compare("changes", summary, now.summary)
        compare("moved", movedShare.percentText, now.movedShare.percentText)
        compare("collateral", collateralShare.percentText, now.collateralShare.percentText)
        compare("cold", coldShare.percentText, now.coldShare.percentText)
        let after = Dictionary(now.shares.map { ($0.label, $0.after) }) { first, _ in first }
        for slot in shares {
            compare("share of \(slot.node)", slot.after.percentText, (after[slot.label] ?? slot.before).percentText)
        }
        return lines
    }
}
