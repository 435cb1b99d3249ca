package import RingAPI
import RingCore
package import RingPlanner
import RingStore
import Synchronization

extension DaemonControlPlane {
    package func query(_ sql: String) async throws(Refusal) -> QueryResult {
        guard queries.enter() else {
            throw Refusal(
                .busy,
                problem: "\(QueryTurnstile.limit) statements run already",
                hint: "try again when one is done; none takes longer than a few seconds"
            )
        }
        defer { queries.leave() }
        do throws(ReadOnlyQuery.Refusal) {
            let answer = try await store.perform { store throws(ReadOnlyQuery.Refusal) in
                try store.readOnlyQuery.run(sql)
            }
            return QueryResult(
                columns: answer.columns.map(printable),
                rows: answer.rows.map { row in row.map(QueryResult.Value.init) },
                cut: answer.isCut
            )
        } catch {
            throw Refusal(.invalid, field: "sql", problem: error.problem, hint: error.hint)
        }
    }
}

/// Lets a few foreign statements run at once, because each may keep a thread and a core busy.
final class QueryTurnstile: Sendable {
    static let limit = 4
    private let count = Mutex(0)

    func enter() -> Bool {
        count.withLock { count in
            guard count < Self.limit else { return false }
            count += 1
            return true
        }
    }

    func leave() { count.withLock { $0 -= 1 } }
}

extension QueryResult.Value {
    fileprivate init(_ value: ReadOnlyQuery.Value) {
        switch value {
        case .null: self = .null
        case .integer(let number): self = .integer(number)
        // JSON has no word for infinity.
        case .real(let number): self = number.isFinite ? .real(number) : .text(number < 0 ? "-Inf" : "Inf")
        case .text(let text): self = .text(text)
        case .blob(let bytes):
            let digits = bytes.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }
            self = .text("x'\(digits.joined())'")
        }
    }
}
