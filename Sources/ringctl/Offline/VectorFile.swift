import RingAPI
import RingCore

/// Placements that a client was seen to make, as a file records them.
struct VectorFile {
    /// The file as messages show it.
    let file: String
    let dialect: String
    let cases: [Case]

    /// One list of servers with the owners of keys.
    struct Case {
        var name: String
        var options: [DialectChoice.Option]
        var servers: [DialectServer]
        var keys: [(key: String, owner: Int)]
        var pointCount: Int?
        /// The first 8 points and the last 4, with their owners.
        var pointsSample: [[Int64]]?
        /// SHA-256 over a line `point server` for each point.
        var pointsHash: String?
    }

    static let byteLimit = 256 << 20

    /// Reads a file.
    ///
    /// - Throws: `CommandFailure` of status 65.
    init(path: String) throws {
        file = path == "-" ? "standard input" : path.onOneLine
        let bytes = try InputFile.contents(of: path, limit: Self.byteLimit)
        let json: JSONValue
        do throws(JSONError) {
            json = try JSONValue(parsing: bytes)
        } catch {
            let position = TextPosition(line: error.line, column: error.column)
            throw CommandFailure(in: file, at: position, error.problem, hint: "give a file of recorded placements")
        }
        do throws(RingCore.ValidationError) {
            dialect = try Self.text(json, "dialect")
            var cases: [Case] = []
            for (index, element) in try Self.array(json, "cases").enumerated() {
                do throws(RingCore.ValidationError) {
                    cases.append(try Case(json: element))
                } catch {
                    throw ValidationError(
                        field: "cases[\(index)].\(error.field)",
                        problem: error.problem,
                        hint: error.hint
                    )
                }
            }
            self.cases = cases
        } catch {
            throw CommandFailure(.badData, field: error.field, "\(file): \(error.problem)", hint: error.hint)
        }
    }

    static func text(_ json: JSONValue, _ name: String) throws(RingCore.ValidationError) -> String {
        guard case .string(let text)? = json[name] else {
            throw ValidationError(field: name, problem: "is missing, or no text", hint: "give it in quotes")
        }
        return text
    }

    static func array(_ json: JSONValue, _ name: String) throws(RingCore.ValidationError) -> [JSONValue] {
        guard case .array(let elements)? = json[name] else {
            throw ValidationError(field: name, problem: "is missing, or no array", hint: "give it in brackets")
        }
        return elements
    }
}

extension VectorFile.Case {
    init(json: JSONValue) throws(RingCore.ValidationError) {
        name = try VectorFile.text(json, "name")
        options = try Self.options(json["options"])
        servers = []
        for (index, element) in try VectorFile.array(json, "servers").enumerated() {
            do throws(RingCore.ValidationError) {
                servers.append(try DialectServer(json: element))
            } catch {
                throw ValidationError(
                    field: "servers[\(index)].\(error.field)",
                    problem: error.problem,
                    hint: error.hint
                )
            }
        }
        keys = try Self.keys(json)
        for (key, owner) in keys where !servers.indices.contains(owner) {
            throw ValidationError(
                field: "keys",
                problem: "'\(printable(key))' is at server \(owner)",
                hint: "servers count from 0 to \(servers.count - 1)"
            )
        }
        if case .integer(let count)? = json["point_count"] { pointCount = Int(count) }
        if case .string(let hash)? = json["points_sha256"] { pointsHash = hash }
        if case .array(let sample)? = json["points_sample"] {
            pointsSample = sample.map { pair in
                guard case .array(let numbers) = pair else { return [] }
                return numbers.compactMap { number -> Int64? in
                    guard case .integer(let value) = number else { return nil }
                    return value
                }
            }
        }
    }

    /// Objects `{"key":…,"server":…}`, or keys alone beside an array `owners`.
    private static func keys(_ json: JSONValue) throws(RingCore.ValidationError) -> [(key: String, owner: Int)] {
        let elements = try VectorFile.array(json, "keys")
        let owners: [JSONValue?] =
            json["owners"] == nil ? elements.map { $0["server"] } : try VectorFile.array(json, "owners")
        guard owners.count == elements.count else {
            throw ValidationError(
                field: "owners",
                problem: "\(owners.count) for \(elements.count) keys",
                hint: "give one for each key"
            )
        }
        var keys: [(key: String, owner: Int)] = []
        keys.reserveCapacity(elements.count)
        for (index, element) in elements.enumerated() {
            let key = element["key"] ?? element
            guard case .string(let text) = key, case .integer(let owner)? = owners[index] else {
                throw ValidationError(
                    field: "keys[\(index)]",
                    problem: "is no key with its server",
                    hint: "write {\"key\": \"…\", \"server\": 0}"
                )
            }
            keys.append((text, Int(owner)))
        }
        return keys
    }

    /// An object, or pairs where the order has to survive every reader.
    private static func options(_ json: JSONValue?) throws(RingCore.ValidationError) -> [DialectChoice.Option] {
        switch json {
        case nil, .null: return []
        case .object(let members):
            return members.map { DialectChoice.Option(name: $0.name, value: text(of: $0.value)) }
        case .array(let pairs):
            return pairs.compactMap { pair -> DialectChoice.Option? in
                guard case .array(let parts) = pair, parts.count == 2 else { return nil }
                return DialectChoice.Option(name: text(of: parts[0]), value: text(of: parts[1]))
            }
        case .bool, .integer, .decimal, .string:
            throw ValidationError(field: "options", problem: "are no object", hint: "write {\"hash\": \"md5\"}")
        }
    }

    /// A value as the command line writes it: a list with commas between, nothing for null.
    private static func text(of value: JSONValue) -> String {
        switch value {
        case .null: ""
        case .string(let text), .decimal(let text): text
        case .array(let elements): elements.map { text(of: $0) }.joined(separator: ",")
        case .bool, .integer, .object: value.compactText
        }
    }
}
