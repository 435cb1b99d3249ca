import RingCore

/// One line of a server list: `host:port[:weight] [name]`.
///
/// The host may be a bracketed IPv6 address or the path of a Unix socket; blank lines and lines that begin with `#`
/// list nothing.
struct ServerLine {
    /// What is wrong with a line, and at which of its bytes.
    struct Problem: Error {
        let offset: Int
        let problem: String
        let hint: String
    }

    /// The byte at which the server begins.
    private(set) var start = 0
    private let bytes: [UInt8]

    init(_ text: String) { bytes = Array(text.utf8) }

    /// The server of the line; `nil` where there is none.
    mutating func server() throws(Problem) -> DialectServer? {
        start = bytes.firstIndex { !Self.isSpace($0) } ?? bytes.endIndex
        guard start < bytes.endIndex, bytes[start] != UInt8(ascii: "#") else { return nil }
        let addressEnd = bytes[start...].firstIndex(where: Self.isSpace) ?? bytes.endIndex
        let nameStart = bytes[addressEnd...].firstIndex { !Self.isSpace($0) } ?? bytes.endIndex
        let nameEnd = bytes.lastIndex { !Self.isSpace($0) }.map { $0 + 1 } ?? nameStart
        for (offset, byte) in bytes[start..<nameEnd].enumerated() where byte < 0x20 && byte != 0x09 || byte == 0x7F {
            throw Problem(offset: start + offset, problem: "a control character", hint: "take it out")
        }
        var server = try address(start..<addressEnd)
        if nameStart < nameEnd { server.name = text(nameStart..<nameEnd) }
        return server
    }

    private func address(_ range: Range<Int>) throws(Problem) -> DialectServer {
        let (host, parts) = try split(range)
        guard !host.isEmpty else {
            throw Problem(offset: range.lowerBound, problem: "the host is empty", hint: "write HOST:PORT")
        }
        let isSocket = bytes[range.lowerBound] == UInt8(ascii: "/")
        guard parts.count <= (isSocket ? 1 : 2) else {
            throw Problem(
                offset: range.lowerBound,
                problem: "'\(printable(text(range)))' has too many colons",
                hint: "write HOST:PORT:WEIGHT, and an IPv6 address as [2001:db8::1]:11211"
            )
        }
        var server = DialectServer(host: text(host))
        if !isSocket, let part = parts.first { server.port = try port(part) }
        if let part = isSocket ? parts.first : parts.dropFirst().first { server.weight = try weight(part) }
        return server
    }

    /// The host, and what stands behind each colon after it.
    private func split(_ range: Range<Int>) throws(Problem) -> (host: Range<Int>, parts: [Range<Int>]) {
        var host = range
        var rest = range
        if bytes[range.lowerBound] == UInt8(ascii: "[") {
            guard let close = bytes[range].firstIndex(of: UInt8(ascii: "]")) else {
                throw Problem(
                    offset: range.lowerBound,
                    problem: "a bracket is never closed",
                    hint: "write an IPv6 address as [2001:db8::1]:11211"
                )
            }
            host = range.lowerBound + 1..<close
            rest = close + 1..<range.upperBound
            guard rest.isEmpty || bytes[rest.lowerBound] == UInt8(ascii: ":") else {
                throw Problem(offset: close + 1, problem: "a ':' belongs here", hint: "write [2001:db8::1]:11211")
            }
        } else {
            let colon = bytes[range].firstIndex(of: UInt8(ascii: ":")) ?? range.upperBound
            host = range.lowerBound..<colon
            rest = colon..<range.upperBound
        }
        let colons = bytes[rest].indices.filter { bytes[$0] == UInt8(ascii: ":") }
        return (
            host, colons.indices.map { colons[$0] + 1..<($0 + 1 < colons.count ? colons[$0 + 1] : rest.upperBound) }
        )
    }

    private func port(_ range: Range<Int>) throws(Problem) -> UInt16 {
        do {
            return try NodeAddress.port(parsing: text(range))
        } catch {
            throw Problem(offset: range.lowerBound, problem: error.problem, hint: error.hint)
        }
    }

    private func weight(_ range: Range<Int>) throws(Problem) -> Double {
        // Digits and a point alone: what else a number may look like elsewhere would hide a slip.
        let isPlain = bytes[range].allSatisfy { (0x30...0x39).contains($0) || $0 == UInt8(ascii: ".") }
        guard isPlain, let weight = Double(text(range)), weight.isFinite else {
            throw Problem(
                offset: range.lowerBound,
                problem: "'\(printable(text(range)))' is not a weight",
                hint: "use a number, such as 1 or 0.5"
            )
        }
        return weight
    }

    private func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0D }
}
