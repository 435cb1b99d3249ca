import RingAPI
import RingCore

/// Changes that were looked at, with what they were seen to do: kept, shown, and carried out as seen or not at all.
struct Plan {
    let promise: Promise
    /// What the daemon answered, as it came.
    let preview: JSONValue
    let result: ChangeResult

    /// The form of plan files.
    static let schema: Int64 = 1

    /// What holds the changes to the pool that they were looked at in.
    struct Promise: Codable, Hashable {
        var pool: String
        /// When the pool was made, which tells it from every other of that name; absent where the plan makes it.
        var poolCreatedAt: WallTime?
        /// The version that was looked at; 0 is "none yet".
        var baseVersion: Int64
        /// The newest event then, to say later what happened since.
        var baseEvent: Int64
        var madeAt: WallTime
        var request: ChangeRequest
        /// What the changes lead to, as the daemon digests it.
        var outcome: String

        enum CodingKeys: String, CodingKey {
            case pool
            case poolCreatedAt = "pool_created_at"
            case baseVersion = "base_version"
            case baseEvent = "base_event"
            case madeAt = "made_at"
            case request, outcome
        }
    }

    /// Looks ahead at what a request would do.
    static func making(of request: ChangeRequest, _ client: ControlClient) async throws -> Plan {
        let newest: EventList = try await client.get(Path("v1", "events").query(["limit": "1"])).value
        var answer = try await preview(of: request, client)
        let detail = try await Self.pool(named: answer.value.pool, client)
        if answer.value.oldVersion != detail?.version {
            // It moved on in between, or the preview names no version: looked at again, so that both belong together.
            var exact = request
            exact.ifVersion = detail.map { $0.version ?? 0 }
            answer = try await preview(of: exact, client)
        }
        let result = answer.value
        guard let outcome = result.outcome else {
            throw CommandFailure(.badData, "this ringd makes no plans", hint: "use a ringd as new as this ringctl")
        }
        let promise = Promise(
            pool: result.pool,
            poolCreatedAt: detail?.createdAt,
            baseVersion: detail?.version ?? 0,
            baseEvent: newest.events.last?.event ?? 0,
            madeAt: .now,
            request: request,
            outcome: outcome
        )
        return Plan(promise: promise, preview: answer.json.value, result: result)
    }

    private static func preview(
        of request: ChangeRequest,
        _ client: ControlClient
    ) async throws -> ControlClient.Answer<ChangeResult> {
        var look = request
        look.dryRun = true
        let count = request.changes?.count ?? 1
        return try await WaitingLine.showing("looking ahead: \(count) change\(count == 1 ? "" : "s")") {
            try await client.change(look, id: "plan-" + Seal.random())
        }
    }

    /// The pool of that name; `nil` where there is none.
    static func pool(named name: String, _ client: ControlClient) async throws -> PoolDetail? {
        let pools: PoolList = try await client.get(Path("v1", "pools")).value
        guard pools.pools.contains(where: { $0.pool == name }), let pool = try? PoolName(name) else { return nil }
        return try await client.get(Path(pool: pool)).value
    }

    /// What the plan file says, its seal last.
    func json() throws -> JSONValue {
        let members = try members()
        return .object(members + [.init("seal", .string(Seal.text(over: .object(members))))])
    }

    /// Names the plan in the requests that are made of it.
    func id() throws -> String { String(Seal.text(over: .object(try members())).suffix(64).prefix(12)) }

    private func members() throws -> [JSONValue.Member] {
        [
            .init("schema", .integer(Self.schema)), .init("plan", try JSONValue(encoding: promise)),
            .init("preview", preview),
        ]
    }
}

/// Tells whether a plan file was edited; it keeps mistakes out, not attackers.
enum Seal {
    private static let prefix = "sha256:"

    /// The digest of a value, whatever its white space and the zeros at the end of its numbers.
    static func text(over value: JSONValue) -> String {
        let digits = SHA256.hash(value.plain.compactText).map { byte in
            (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }
        return prefix + digits.joined()
    }

    /// Something that no other request is called.
    static func random() -> String {
        var generator = SystemRandomNumberGenerator()
        return String(generator.next(), radix: 16) + String(generator.next(), radix: 16)
    }
}

extension JSONValue {
    /// The value with its numbers in the shortest form, as other programs write them.
    fileprivate var plain: JSONValue {
        switch self {
        case .null, .bool, .integer, .string: return self
        case .decimal(let text):
            guard text.contains("."), !text.contains(where: { "eE".contains($0) }) else { return self }
            var digits = text[...]
            while digits.last == "0" { digits.removeLast() }
            if digits.last == "." { digits.removeLast() }
            return Int64(digits).map(JSONValue.integer) ?? .decimal(String(digits))
        case .array(let elements): return .array(elements.map(\.plain))
        case .object(let members): return .object(members.map { .init($0.name, $0.value.plain) })
        }
    }
}
