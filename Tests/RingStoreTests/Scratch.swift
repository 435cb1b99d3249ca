import Foundation
import GRDB
import RingStore

/// A directory of its own for a test, gone with the value.
final class Scratch: Sendable {
    let directory: String

    init() throws {
        directory = NSTemporaryDirectory() + "ringstore-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: directory) }

    var path: String { directory + "/ringd.db" }

    /// Runs SQL on the database as somebody with the sqlite3 shell would.
    func edit(_ sql: String) throws {
        let queue = try DatabaseQueue(path: path)
        try queue.writeWithoutTransaction { db in try db.execute(sql: sql) }
        try queue.close()
    }

    func bytes(_ name: String = "ringd.db") -> Data? { FileManager.default.contents(atPath: directory + "/" + name) }
}
