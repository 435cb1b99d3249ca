import RingAPI
import RingCore

/// The servers of a ring as a file lists them, each with its place in the file.
struct ServerList {
    /// The file as messages show it.
    let file: String
    private(set) var servers: [DialectServer] = []
    private var positions: [TextPosition] = []

    /// The most bytes of a file: 10,000 servers with every member are far below.
    static let byteLimit = 16 << 20

    /// Reads a JSON array of objects, or lines `host:port[:weight] [name]`.
    ///
    /// - Throws: `CommandFailure` of status 65 with line and column.
    init(path: String) throws {
        file = path == "-" ? "standard input" : path.onOneLine
        let bytes = try InputFile.contents(of: path, limit: Self.byteLimit)
        if Self.isJSON(bytes) {
            try readJSON(bytes)
        } else {
            try readLines(bytes)
        }
        guard !servers.isEmpty else {
            throw CommandFailure(
                in: file,
                at: TextPosition(line: 1, column: 1),
                "no server is listed",
                hint: "give a line HOST:PORT for each, or a JSON array of objects"
            )
        }
    }

    /// How the servers are shown, in their order: `host:port`.
    var addresses: [String] { servers.map(\.address) }

    /// The ring of the servers.
    ///
    /// - Throws: `CommandFailure` of status 65 at the server that the dialect cannot take.
    func ring(_ dialect: DialectChoice) throws -> Ring {
        do {
            return try Ring(evaluating: dialect, servers: servers)
        } catch {
            let position = positions[offender(dialect, error)]
            throw CommandFailure(in: file, at: position, field: error.field, error.problem, hint: error.hint)
        }
    }

    /// The first server with which the list is refused for that reason.
    ///
    /// The core names the reason, not the place, so the place is searched for: a list refused with one server in it
    /// stays refused with more.
    private func offender(_ dialect: DialectChoice, _ reason: RingCore.ValidationError) -> Int {
        var low = 1
        var high = servers.count
        while low < high {
            let middle = (low + high) / 2
            do {
                _ = try Ring(evaluating: dialect, servers: Array(servers.prefix(middle)))
                low = middle + 1
            } catch {
                if error == reason { high = middle } else { low = middle + 1 }
            }
        }
        return low - 1
    }

    /// Whether the text is meant as JSON: a line may begin with the bracket of an IPv6 address too.
    private static func isJSON(_ bytes: [UInt8]) -> Bool {
        let start = bytes.prefix(while: { $0 == 0x20 || (0x09...0x0D).contains($0) }).count
        guard start < bytes.count else { return false }
        if bytes[start] == UInt8(ascii: "{") { return true }
        guard bytes[start] == UInt8(ascii: "[") else { return false }
        let inside = bytes[(start + 1)...].prefix { $0 != 0x0A && $0 != UInt8(ascii: "]") }
        return !inside.contains(UInt8(ascii: ":")) || inside.contains { !Self.isOfAddress($0) }
    }

    private static func isOfAddress(_ byte: UInt8) -> Bool {
        (0x30...0x3A).contains(byte) || (0x61...0x66).contains(byte | 0x20) || byte == UInt8(ascii: ".")
    }
}

extension ServerList {
    private mutating func readLines(_ bytes: [UInt8]) throws {
        for (index, line) in bytes.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated() {
            guard let text = String(validating: line, as: UTF8.self) else {
                throw CommandFailure(
                    in: file,
                    at: TextPosition(line: index + 1, column: 1),
                    "this line is not UTF-8",
                    hint: "save the file as UTF-8"
                )
            }
            var reader = ServerLine(text)
            do throws(ServerLine.Problem) {
                guard let server = try reader.server() else { continue }
                servers.append(server)
                positions.append(TextPosition(line: index + 1, column: reader.start + 1))
            } catch {
                let position = TextPosition(line: index + 1, column: error.offset + 1)
                throw CommandFailure(in: file, at: position, error.problem, hint: error.hint)
            }
        }
    }

    private mutating func readJSON(_ bytes: [UInt8]) throws {
        let json: JSONValue
        do throws(JSONError) {
            json = try JSONValue(parsing: bytes)
        } catch {
            let position = TextPosition(line: error.line, column: error.column)
            throw CommandFailure(in: file, at: position, error.problem, hint: "give a JSON array of objects")
        }
        guard case .array(let elements) = json else {
            throw CommandFailure(
                in: file,
                at: TextPosition(line: 1, column: 1),
                "the servers are no JSON array",
                hint: "give a JSON array of objects"
            )
        }
        positions = elementPositions(ofArray: bytes)
        for (index, element) in elements.enumerated() {
            do throws(RingCore.ValidationError) {
                servers.append(try DialectServer(json: element))
            } catch {
                throw CommandFailure(
                    in: file,
                    at: positions[index],
                    field: "[\(index)].\(error.field)",
                    error.problem,
                    hint: error.hint
                )
            }
        }
    }
}

extension DialectServer {
    /// How the server is shown: `host:port`, with brackets around an IPv6 address; the path of a Unix socket.
    var address: String {
        guard let port else { return host }
        let isBare = host.utf8.contains(0x3A) && host.utf8.first != UInt8(ascii: "[")
        return isBare ? "[\(host)]:\(port)" : "\(host):\(port)"
    }

    /// Reads an object with `host` and, where they are known, `port`, `weight`, `name`, `ip` and `label`.
    init(json: JSONValue) throws(RingCore.ValidationError) {
        guard case .object(let members) = json else {
            throw ValidationError(field: "server", problem: "a server is no object", hint: "write {\"host\": …}")
        }
        let known = ["host", "port", "weight", "name", "ip", "label"]
        if let unknown = members.first(where: { !known.contains($0.name) }) {
            let nearest = nearestName(to: unknown.name, among: known)
            throw ValidationError(
                field: printable(unknown.name),
                problem: "a server has no such member",
                hint: nearest.map { "did you mean '\($0)'?" } ?? "use " + known.joined(separator: ", ")
            )
        }
        guard let host = try Self.text("host", of: json) else {
            throw ValidationError(field: "host", problem: "is missing", hint: "write {\"host\": …}")
        }
        let port = try Self.port(json["port"])
        guard port == nil || host.utf8.first != UInt8(ascii: "/") else {
            throw ValidationError(field: "port", problem: "a Unix socket has no port", hint: "give the path alone")
        }
        self.init(
            host: host,
            port: port,
            weight: try Self.weight(json["weight"]),
            name: try Self.text("name", of: json),
            ip: try Self.text("ip", of: json),
            label: try Self.text("label", of: json)
        )
    }

    private static func text(_ name: String, of json: JSONValue) throws(RingCore.ValidationError) -> String? {
        switch json[name] {
        case nil, .null: return nil
        case .string(let text):
            guard !text.isEmpty else {
                throw ValidationError(field: name, problem: "is empty", hint: "leave it out, or give it")
            }
            try validateText(text, field: name, limit: labelByteLimit)
            return text
        default: throw ValidationError(field: name, problem: "is no text", hint: "put it in quotes")
        }
    }

    private static func port(_ json: JSONValue?) throws(RingCore.ValidationError) -> UInt16? {
        switch json {
        case nil, .null: return nil
        case .integer(let number):
            guard let port = UInt16(exactly: number), port > 0 else { break }
            return port
        default: break
        }
        throw ValidationError(field: "port", problem: "is no port", hint: "use a whole number from 1 to 65535")
    }

    private static func weight(_ json: JSONValue?) throws(RingCore.ValidationError) -> Double? {
        switch json {
        case nil, .null: return nil
        case .integer(let number): return Double(number)
        case .decimal(let text):
            guard let number = Double(text), number.isFinite else { break }
            return number
        default: break
        }
        throw ValidationError(field: "weight", problem: "is no number", hint: "use a number, such as 1 or 0.5")
    }
}
