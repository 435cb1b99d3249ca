package import RingAPI
import RingCore
package import RingPlanner
import RingStore

extension DaemonControlPlane {
    package func checkDatabase() async throws(Refusal) -> DatabaseCheck {
        let (findings, verdict) = try await read { store throws(StoreError) in
            (try store.check(), try store.verifyAudit())
        }
        let broken = verdict.defect.map { ["event \($0.event) \($0.problem)"] } ?? []
        return DatabaseCheck(
            problems: findings.problems + broken,
            events: verdict.count,
            databaseBytes: findings.databaseBytes,
            logBytes: findings.logBytes
        )
    }

    package func backUpDatabase(to file: String, request: RequestID) async throws(Refusal) -> DatabaseBackup {
        do throws(StoreError) {
            let receipt = try await store.perform { [work] store throws(StoreError) in
                try work.during(.backup, request) { report throws(StoreError) in
                    try store.backUp(to: file) { report(.copy($0)) }
                }
            }
            return DatabaseBackup(file: receipt.path, bytes: receipt.bytes, event: receipt.event)
        } catch {
            throw Refusal(
                error.code == .constraint ? .invalid : .storage,
                field: "file",
                problem: "\(printable(error.where)): \(error.what)",
                hint: error.hint
            )
        }
    }

    package func compactDatabase(request: RequestID) async throws(Refusal) -> DatabaseCompaction {
        do throws(StoreError) {
            let (before, after) = try await store.perform { [work] store throws(StoreError) in
                try work.during(.compact, request) { report throws(StoreError) in
                    try store.compact { report(.compaction($0)) }
                }
            }
            return DatabaseCompaction(before: before, after: after)
        } catch {
            throw Refusal(.storage, problem: "the database was not compacted: \(error.what)", hint: error.hint)
        }
    }

    package func databaseWork() async -> DatabaseWork { DatabaseWork(running: work.running) }
}
