package import RingAPI
package import RingCore
package import RingPlanner
package import RingServer

extension FakeControlPlane {
    package func difference(
        of pool: PoolName?,
        _ from: RingSelection,
        _ to: RingSelection
    ) async throws(Refusal) -> RingDifference {
        let (before, after) = (try await ring(of: pool, from), try await ring(of: pool, to))
        func side(_ ring: RingDetail, _ version: Int64) -> RingDifference.Side {
            RingDifference.Side(
                version: version,
                createdAt: ring.createdAt,
                dialect: ring.dialect,
                digest: ring.digest,
                slots: ring.slots.count
            )
        }
        var changed = after.slots[0]
        changed.weight = 50
        return RingDifference(
            pool: after.pool,
            from: side(before, 40),
            to: side(after, 41),
            movedShare: Share(1, of: 8),
            ownShare: Share(1, of: 8),
            collateralShare: .none,
            shareMethod: "exact",
            slots: [
                SlotDifference(
                    label: after.slots[1].label,
                    change: .added,
                    fields: [],
                    before: nil,
                    after: after.slots[1]
                ),
                SlotDifference(
                    label: changed.label,
                    change: .changed,
                    fields: ["weight"],
                    before: before.slots[0],
                    after: changed
                ),
            ]
        )
    }

    package func changes(of pool: PoolName?, _ window: RecordWindow) async throws(Refusal) -> ChangeList {
        ChangeList(pool: try resolve(pool), changes: [ChangeList.Row(event: event, movedShare: Share(1, of: 8))])
    }

    package func availability(
        of pool: PoolName?,
        since selection: RingSelection
    ) async throws(Refusal) -> AvailabilityReport {
        AvailabilityReport(
            pool: try resolve(pool),
            since: since,
            until: since,
            nodes: [
                AvailabilityReport.Row(
                    node: "cache-1",
                    up: 86_400_000,
                    down: 0,
                    unknown: 0,
                    falls: 0,
                    lastFall: nil,
                    evidence: nil
                ),
                AvailabilityReport.Row(
                    node: "cache-4",
                    up: 86_340_000,
                    down: 60_250,
                    unknown: 5,
                    falls: 2,
                    lastFall: since,
                    evidence: "connect timed out, 3 in a row"
                ),
            ]
        )
    }

    package func largestMoves(of pool: PoolName?, _ window: RecordWindow) async throws(Refusal) -> History {
        History(pool: try resolve(pool), changes: [change])
    }

    package func story(of name: String, in pool: PoolName?) async throws(Refusal) -> Story {
        Story(
            pool: try resolve(pool),
            kind: "node",
            name: name,
            now: "\(name) is down and off the ring.",
            sentences: [
                Story.Sentence(
                    at: since,
                    event: 107,
                    version: 41,
                    text: "ringd took \(name) off the ring: connect timed out. That made version 41."
                )
            ]
        )
    }

    package func replay(
        _ policy: Policy,
        of pool: PoolName?,
        since: RingSelection,
        until: WallTime?
    ) async throws(Refusal) -> ReplayReport {
        var totals = ReplayReport.Totals()
        totals.ejections = policy.confirm > .seconds(5) ? 0 : 1
        totals.rejoins = totals.ejections
        totals.movedMillionths = totals.ejections == 0 ? 0 : 250_000
        var did = ReplayReport.Totals()
        did.holds = 2
        let eject = ReplayReport.Decision(
            at: self.since,
            kind: "eject",
            node: "cache-4",
            reason: "3 soft failures: recorded",
            movedShare: Share(percent: 25),
            coldShare: Share(percent: 25)
        )
        return ReplayReport(
            pool: try resolve(pool),
            since: self.since,
            until: until ?? self.since,
            version: 40,
            nodes: 4,
            runs: 17,
            cut: false,
            wouldHave: totals,
            did: did,
            decisions: totals.ejections == 0 ? [] : [eject],
            notices: ["1 changes by operators in this time are left out; the ring is that of the beginning"]
        )
    }

    package func query(_ sql: String) async throws(Refusal) -> QueryResult {
        guard sql.hasPrefix("SELECT") else {
            throw Refusal(.invalid, field: "sql", problem: "only reading is allowed here", hint: "give a SELECT")
        }
        return QueryResult(
            columns: ["node", "share", "note"],
            rows: [[.text("cache-1"), .real(12.5), .null], [.text("a, \"b\""), .integer(3), .text("x'00ff'")]],
            cut: sql.contains("LIMIT")
        )
    }

    package func checkDatabase() async throws(Refusal) -> DatabaseCheck {
        DatabaseCheck(problems: [], events: 107, databaseBytes: 188_416, logBytes: 4152)
    }

    package func backUpDatabase(to file: String, request: RequestID) async throws(Refusal) -> DatabaseBackup {
        guard file != "/taken.db" else {
            throw Refusal(.invalid, field: "file", problem: "\(file): exists already", hint: "name a new file")
        }
        return DatabaseBackup(file: file, bytes: 188_416, event: 107)
    }

    package func compactDatabase(request: RequestID) async throws(Refusal) -> DatabaseCompaction {
        DatabaseCompaction(before: 188_416, after: 180_224)
    }

    package func databaseWork() async -> DatabaseWork {
        let running = DatabaseWork.Running(
            request: "nightly",
            work: "backup",
            step: "copying",
            doneBytes: 79_134,
            ofBytes: 188_416,
            elapsedMilliseconds: 250
        )
        return DatabaseWork(running: [running])
    }
}
