import GRDB
import RingCore
import RingPlanner

/// The chain of events: how a row is hashed, and how the next one is written.
///
/// The hash of a row is SHA-256 over these bytes, one after the other, which anybody can repeat:
///
/// 1. the 16 ASCII bytes `ringd-event-v1` and two zero bytes;
/// 2. the 32 bytes of `previous_hash`;
/// 3. the columns `id`, `at`, `actor`, `actor_uid`, `actor_pid`, `kind`, `pool`, `node`, `slot`, `reason`, `detail` and
///    `request_id`, in this order, each as one byte for its type and then its value: 0 for NULL and nothing more; 1 for an
///    integer and its 8 bytes, big-endian two's complement; 2 for text, the number of its UTF-8 bytes as 8 bytes
///    big-endian, and those bytes.
///
/// Types and lengths stand before the values, so no two different rows have the same bytes.
enum EventChain {
    /// What stands before the first event.
    static let root = [UInt8](repeating: 0, count: 32)
    /// The columns under the hash, in its order.
    static let columns = [
        "id", "at", "actor", "actor_uid", "actor_pid", "kind", "pool", "node", "slot", "reason", "detail", "request_id",
    ]

    /// The hash of a row whose ``columns`` have these values.
    static func hash(after previous: [UInt8], _ values: [DatabaseValue]) -> [UInt8] {
        var message = Array("ringd-event-v1".utf8) + [0, 0] + previous
        for value in values {
            switch value.storage {
            case .null: message.append(0)
            case .int64(let number):
                message.append(1)
                append(UInt64(bitPattern: number), to: &message)
            case .string(let text):
                message.append(2)
                append(UInt64(text.utf8.count), to: &message)
                message += Array(text.utf8)
            // STRICT tables refuse both in these columns; a row that has them anyway must not hash like another.
            case .double, .blob: message.append(0xFF)
            }
        }
        return SHA256.hash(message)
    }

    /// The identifier and hash of the newest event; the root where there is none.
    static func head(_ db: Database) throws -> (id: Int64, hash: [UInt8]) {
        let statement = try db.cachedStatement(sql: "SELECT id, hash FROM event ORDER BY id DESC LIMIT 1")
        guard let row = try Row.fetchOne(statement) else { return (0, root) }
        return (row["id"], row.bytes("hash"))
    }

    /// Writes an event as the next of the chain.
    static func append(
        _ event: AuditEvent,
        after head: (id: Int64, hash: [UInt8]),
        _ db: Database
    ) throws -> (id: Int64, hash: [UInt8]) {
        let id = head.id + 1
        let detail = JSONText.object(event.detail.map { ($0.name, auditText($0.value)) })
        let values: [DatabaseValue] = [
            id.databaseValue, event.at.milliseconds.databaseValue,
            auditText(event.actor.user, limit: 255).databaseValue,
            event.actor.uid.map { Int64($0) }?.databaseValue ?? .null,
            event.actor.pid.map { Int64($0) }?.databaseValue ?? .null, event.kind.rawValue.databaseValue,
            event.pool?.text.databaseValue ?? .null, event.node?.text.databaseValue ?? .null,
            event.slot?.databaseValue ?? .null, auditText(event.reason).databaseValue, detail.databaseValue,
            event.request?.text.databaseValue ?? .null,
        ]
        let hash = hash(after: head.hash, values)
        let statement = try db.cachedStatement(
            sql: """
                INSERT INTO event (\(columns.joined(separator: ", ")), previous_hash, hash)
                VALUES (\(columns.map { _ in "?" }.joined(separator: ", ")), ?, ?)
                """
        )
        try statement.execute(arguments: StatementArguments(values + [blob(head.hash), blob(hash)]))
        return (id, hash)
    }

    private static func append(_ number: UInt64, to message: inout [UInt8]) {
        for shift in stride(from: 56, through: 0, by: -8) {
            message.append(UInt8(truncatingIfNeeded: number >> UInt64(shift)))
        }
    }
}

/// `text` on one line and within the limit in bytes.
///
/// Evidence comes from servers, and an event must never be lost because a server said something odd.
func auditText(_ text: String, limit: Int = 4096) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
        var piece = String(scalar)
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: piece = "\\u{" + String(scalar.value, radix: 16) + "}"
        default: break
        }
        guard result.utf8.count + piece.utf8.count <= limit else { break }
        result += piece
    }
    return result
}
