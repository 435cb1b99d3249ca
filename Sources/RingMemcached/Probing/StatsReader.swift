import RingCore

/// Picks the few facts that a probe wants out of the lines of a `stats` answer.
///
/// Keeps numbers only, so that an answer of any length costs the same memory.
struct StatsReader: Sendable {
    private var pid: Int64?
    private var uptime: Int64?
    private var items: Int64?
    private var connections: Int64 = 0
    private var maxConnections: Int64 = 0
    private var version = ""

    /// What is known after the last line; `nil` where the server does not tell its process, age or items.
    ///
    /// Servers that imitate memcached leave some of it out: then a restart cannot be seen, but the server is alive.
    var stats: ServerStats? {
        guard let pid, let uptime, let items else { return nil }
        return ServerStats(
            pid: pid,
            uptime: uptime,
            items: items,
            connections: connections,
            maxConnections: maxConnections,
            version: version
        )
    }

    /// Takes one line, `STAT name value`; `false` when it is malformed.
    mutating func take(_ line: Span<UInt8>) -> Bool {
        guard line.hasPrefix("STAT "), line.isPrintable else { return false }
        var nameEnd = 5
        while nameEnd < line.count, line[nameEnd] != 0x20 { nameEnd += 1 }
        guard nameEnd > 5 else { return false }
        let name = line.extracting(5..<nameEnd)
        let value = line.extracting(Swift.min(nameEnd + 1, line.count)..<line.count)
        if name.isText("pid") { return Self.store(value.decimal, in: &pid) }
        if name.isText("uptime") { return Self.store(value.decimal, in: &uptime) }
        if name.isText("curr_items") { return Self.store(value.decimal, in: &items) }
        if name.isText("curr_connections") { return Self.store(value.decimal, in: &connections) }
        if name.isText("max_connections") { return Self.store(value.decimal, in: &maxConnections) }
        if name.isText("version") {
            guard (1...64).contains(value.count) else { return false }
            version = value.printable(limit: 64)
        }
        return true
    }

    private static func store(_ value: Int64?, in field: inout Int64?) -> Bool {
        guard let value else { return false }
        field = value
        return true
    }

    private static func store(_ value: Int64?, in field: inout Int64) -> Bool {
        guard let value else { return false }
        field = value
        return true
    }
}
