import GRDB
import Synchronization

/// The connections that answer questions.
///
/// There are two, so that a comparison reads both of its versions at once, and so that one long question does not hold
/// up all the others. More would not help: each holds a cache of its own, and the processors of a small machine are few.
final class Readers: Sendable {
    private static let count = 2

    private let connections: [DatabaseQueue]
    /// The places of those that nobody asks.
    private let idle: Mutex<[Int]>

    init(path: String) throws {
        connections = try (0..<Self.count).map { _ in try DatabaseQueue(path: path, configuration: .reading()) }
        idle = Mutex(Array(connections.indices.reversed()))
    }

    /// Runs `body` in one read transaction: everything it sees is of one moment.
    ///
    /// Where nobody is idle it waits for the first.
    func read<Value>(_ body: (Database) throws -> Value) throws -> Value {
        let place = idle.withLock { $0.popLast() }
        defer { if let place { idle.withLock { $0.append(place) } } }
        return try connections[place ?? 0].read(body)
    }

    func close() throws {
        for connection in connections { try connection.close() }
    }
}
