import Hummingbird
import RingAPI
import RingCore
import RingPlanner

/// Reads a query strictly: what a route does not know is refused, as is what is given twice.
struct QueryReader {
    private let pairs: [(key: String, value: String)]

    /// Reads the query of `request`, which may have `names`; those of `lists` more than once.
    init(_ request: Request, names: [String], lists: [String] = []) throws(Refusal) {
        pairs = request.uri.queryParameters.map { (key: String($0.key), value: String($0.value)) }
        for (index, pair) in pairs.enumerated() {
            guard names.contains(pair.key) || lists.contains(pair.key) else {
                let known = names + lists
                let hint = known.isEmpty ? "this route has no parameters" : "use \(known.joined(separator: ", "))"
                throw Refusal(.invalid, field: printable(pair.key), problem: "is not a known parameter", hint: hint)
            }
            guard lists.contains(pair.key) || !pairs[..<index].contains(where: { $0.key == pair.key }) else {
                throw Refusal(.invalid, field: pair.key, problem: "is given twice", hint: "give it once")
            }
        }
    }

    /// The text of a parameter.
    func text(_ name: String) -> String? { pairs.first { $0.key == name }?.value }

    /// All texts of a parameter, in order.
    func texts(_ name: String) -> [String] { pairs.filter { $0.key == name }.map(\.value) }

    /// A whole number within `range`.
    func number(_ name: String, in range: ClosedRange<Int64>) throws(Refusal) -> Int64? {
        guard let text = text(name) else { return nil }
        guard let number = Int64(text), range.contains(number) else {
            throw Refusal(
                .invalid,
                field: name,
                problem: "'\(printable(text))' is not a number in range",
                hint: "use \(range.lowerBound) to \(range.upperBound)"
            )
        }
        return number
    }

    /// A version.
    func version(_ name: String) throws(Refusal) -> RingVersion? {
        try number(name, in: 1...RingVersion.limit).map { RingVersion($0) }
    }

    /// A time as RFC 3339.
    func time(_ name: String) throws(Refusal) -> WallTime? {
        guard let text = text(name) else { return nil }
        guard let time = WallTime(rfc3339: text) else {
            throw Refusal(
                .invalid,
                field: name,
                problem: "'\(printable(text))' is not a time",
                hint: "write it as 2026-11-22T10:35:00Z"
            )
        }
        return time
    }
}

extension QueryReader {
    /// A version, as `41`, or the one that was current at a time.
    func selection(_ name: String) throws(Refusal) -> RingSelection? {
        guard let text = text(name) else { return nil }
        if !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
            return try version(name).map { .version($0) }
        }
        guard let time = WallTime(rfc3339: text) else {
            throw Refusal(
                .invalid,
                field: name,
                problem: "'\(printable(text))' is neither a version nor a time",
                hint: "write it as 41, or as 2026-11-22T10:35:00Z"
            )
        }
        return .at(time)
    }

    /// A parameter that must be there.
    func required<Value>(_ name: String, _ value: Value?) throws(Refusal) -> Value {
        guard let value else { throw Refusal(.invalid, field: name, problem: "is missing", hint: "give it") }
        return value
    }
}

extension RingVersion {
    /// The greatest version that JSON keeps exact.
    static let limit: Int64 = 1 << 53 - 1
}

/// Where a path names a pool, this stands for the only one there is; no pool can have this name.
let onlyPoolPlaceholder = "-"

extension ControlContext {
    /// The pool that the path names; `nil` stands for the only one.
    func pool() throws(Refusal) -> PoolName? {
        let text = parameters.get("pool") ?? ""
        return text == onlyPoolPlaceholder ? nil : try refusing { () throws(ValidationError) in try PoolName(text) }
    }

    /// The node that the path names.
    func node() throws(Refusal) -> NodeName {
        let text = parameters.get("node") ?? ""
        return try refusing { () throws(ValidationError) in try NodeName(text) }
    }
}

/// Wraps the error about a value into a refusal.
func refusing<Value>(_ make: () throws(ValidationError) -> Value) throws(Refusal) -> Value {
    do {
        return try make()
    } catch {
        throw Refusal(error)
    }
}
