import RingAPI
import RingCore
import RingPlanner

extension ChangeRequest.Action {
    /// The members that belong to the action, beside those that belong to all.
    fileprivate var members: [ChangeRequest.CodingKeys] {
        switch self {
        case .createPool, .setPool: [.settings]
        case .deletePool, .freeze, .thaw, .acknowledge: []
        case .addNode: [.node, .address, .weight, .zone, .tags, .now, .flush, .acceptStale, .wait]
        case .setNode: [.node, .settings]
        case .addSpare: [.node, .address, .zone, .tags, .flush]
        case .removeNode, .eject, .drain, .undamp, .failback: [.node]
        case .readmit, .enable: [.node, .acceptStale]
        case .maintenance: [.node, .until, .duration]
        case .replaceNode: [.node, .address, .flush]
        case .rollback: [.version]
        case .batch: [.changes]
        }
    }

    fileprivate static let commonMembers: [ChangeRequest.CodingKeys] = [
        .pool, .dryRun, .message, .ifVersion, .ifOutcome,
    ]
}

/// Decodes a request, refusing members that are not known.
func decoding<Value: Decodable>(_ json: JSONDocument) throws(Refusal) -> Value {
    do {
        return try json.decode(Value.self, unknownMembers: .refused)
    } catch {
        throw Refusal(
            .invalid,
            field: error.path.isEmpty ? "body" : printable(error.path),
            problem: error.problem,
            hint: "leave out what this ringd does not know, and give the rest as its type"
        )
    }
}

extension Command {
    /// Reads a change from its JSON, each value through the core's own types.
    ///
    /// - Throws: `Refusal` about the first member that is unknown, out of place, missing or not acceptable.
    init(from document: JSONDocument) throws(Refusal) {
        let json = document.value
        try Self.checkAction(json)
        if case .array(let changes)? = json["changes"] {
            for (index, change) in changes.enumerated() {
                do throws(Refusal) {
                    try Self.checkAction(change)
                } catch {
                    throw error.within("changes.\(index)")
                }
            }
        }
        let request: ChangeRequest = try decoding(document)
        try Self.checkMembers(of: json, for: request.action, and: ChangeRequest.Action.commonMembers)
        if case .array(let changes)? = json["changes"] {
            for (index, (change, part)) in zip(changes, request.changes ?? []).enumerated() {
                do throws(Refusal) {
                    try Self.checkMembers(of: change, for: part.action, and: [])
                } catch {
                    throw error.within("changes.\(index)")
                }
            }
        }
        if let version = request.ifVersion, !(0...RingVersion.limit).contains(version) {
            throw Refusal(
                .invalid,
                field: "if_version",
                problem: "\(version) is not a version",
                hint: "use 0 or more"
            )
        }
        do {
            try validateText(request.message ?? "", field: "message", limit: Self.messageByteLimit)
            // A pool that is made is named outside of the list that it begins.
            let first = request.changes?.first?.action ?? request.action
            if first == .createPool { _ = try Self.required(request.pool, "pool") }
            self.init(
                pool: try request.pool.map { text throws(ValidationError) in try PoolName(text) },
                action: try Self.action(of: request),
                isDryRun: request.dryRun ?? false,
                message: request.message ?? "",
                ifVersion: request.ifVersion.map { RingVersion($0) }
            )
            ifOutcome = try request.ifOutcome.map { text throws(ValidationError) in try Outcome(parsing: text) }
        } catch {
            throw Refusal(error)
        }
    }

    /// Refuses a member that is of no meaning for the action.
    private static func checkMembers(
        of json: JSONValue,
        for action: ChangeRequest.Action,
        and common: [ChangeRequest.CodingKeys]
    ) throws(Refusal) {
        guard case .object(let members) = json else { return }
        let known = [.action] + common + action.members
        for member in members where !known.contains(where: { $0.rawValue == member.name }) {
            throw Refusal(
                .invalid,
                field: member.name,
                problem: "does not belong to '\(action.rawValue)'",
                hint: "leave it out"
            )
        }
    }

    /// Refuses a word that is no action, with the one that was probably meant.
    private static func checkAction(_ json: JSONValue) throws(Refusal) {
        guard case .string(let word)? = json["action"], ChangeRequest.Action(rawValue: word) == nil else { return }
        let words = ChangeRequest.Action.allCases.map(\.rawValue)
        throw Refusal(
            .invalid,
            field: "action",
            problem: "'\(printable(word))' is not an action",
            hint: nearestName(to: word, among: words).map { "did you mean '\($0)'?" }
                ?? "use one of \(words.joined(separator: ", "))"
        )
    }

    private static func action(of request: ChangeRequest) throws(ValidationError) -> Action {
        switch request.action {
        case .createPool: return .createPool(settings: settings(of: request))
        case .setPool: return .setPool(settings: try someSettings(of: request))
        case .deletePool: return .deletePool
        case .freeze: return .freeze
        case .thaw: return .thaw
        case .acknowledge: return .acknowledge
        case .addNode: return .addNode(try newNode(of: request))
        case .setNode: return .setNode(try node(of: request), settings: try someSettings(of: request))
        case .removeNode: return .removeNode(try node(of: request))
        case .eject: return .eject(try node(of: request))
        case .drain: return .drain(try node(of: request))
        case .maintenance: return .maintenance(try node(of: request), until: try end(of: request))
        case .enable: return .enable(try node(of: request), acceptStale: request.acceptStale ?? false)
        case .replaceNode:
            let address = try NodeAddress(parsing: try required(request.address, "address"))
            return .replaceNode(try node(of: request), with: address, flush: request.flush ?? false)
        case .undamp: return .undamp(try node(of: request))
        case .addSpare: return .addSpare(try newNode(of: request))
        case .failback: return .failback(try node(of: request))
        case .readmit: return .readmit(try node(of: request), acceptStale: request.acceptStale ?? false)
        case .rollback: return .rollback(try version(of: request), nil)
        case .batch: return .batch(try changes(of: request))
        }
    }

    /// Reads the parts of a list of changes; an error names the part.
    private static func changes(of request: ChangeRequest) throws(ValidationError) -> [Action] {
        guard let parts = request.changes, !parts.isEmpty else {
            throw ValidationError(field: "changes", problem: "is missing or empty", hint: "give at least one change")
        }
        guard parts.count <= batchLimit else {
            throw ValidationError(
                field: "changes",
                problem: "\(parts.count) changes are too many for one",
                hint: "give at most \(batchLimit), the rest afterwards"
            )
        }
        var actions: [Action] = []
        actions.reserveCapacity(parts.count)
        for (index, part) in parts.enumerated() {
            do throws(ValidationError) {
                guard part.action != .batch else {
                    throw ValidationError(
                        field: "action",
                        problem: "a list of changes is in a list of changes",
                        hint: "put them all into one list"
                    )
                }
                actions.append(try action(of: part))
            } catch {
                throw ValidationError(
                    field: "changes.\(index).\(error.field)",
                    problem: error.problem,
                    hint: error.hint
                )
            }
        }
        return actions
    }

    private static func end(of request: ChangeRequest) throws(ValidationError) -> End? {
        switch (request.until, request.duration) {
        case (nil, nil): return nil
        case (let text?, nil):
            guard let time = WallTime(rfc3339: text) else {
                throw ValidationError(
                    field: "until",
                    problem: "'\(printable(text))' is not a time",
                    hint: "write it as 2026-11-22T10:35:00Z"
                )
            }
            return .at(time)
        case (nil, let milliseconds?):
            let longest = longestMaintenance.wholeMilliseconds
            guard (1...longest).contains(milliseconds) else {
                throw ValidationError(
                    field: "for_ms",
                    problem: "\(milliseconds) is out of range",
                    hint: "use 1 to \(longest)"
                )
            }
            return .after(.milliseconds(milliseconds))
        case (.some, .some):
            throw ValidationError(field: "until", problem: "stands beside for_ms", hint: "give one of them")
        }
    }

    private static func version(of request: ChangeRequest) throws(ValidationError) -> RingVersion {
        guard let version = request.version else {
            throw ValidationError(field: "version", problem: "is missing", hint: "give it")
        }
        guard (1...RingVersion.limit).contains(version) else {
            throw ValidationError(field: "version", problem: "\(version) is not a version", hint: "use 1 or more")
        }
        return RingVersion(version)
    }

    private static func newNode(of request: ChangeRequest) throws(ValidationError) -> NewNode {
        let tags = request.tags ?? []
        guard tags.count <= tagLimit else {
            throw ValidationError(field: "tags", problem: "\(tags.count) are too many", hint: "use at most \(tagLimit)")
        }
        for tag in tags { try validateWord(tag, field: "tags") }
        if let zone = request.zone { try validateWord(zone, field: "zone") }
        let wait = request.wait ?? standardWait
        guard (0...longestWait).contains(wait) else {
            throw ValidationError(field: "wait_ms", problem: "\(wait) is out of range", hint: "use 0 to \(longestWait)")
        }
        return NewNode(
            name: try node(of: request),
            address: try NodeAddress(parsing: try required(request.address, "address")),
            weight: try request.weight.map { value throws(ValidationError) in try Weight(value) },
            zone: request.zone,
            tags: Set(tags).sorted(),
            isImmediate: request.now ?? false,
            flush: request.flush ?? false,
            acceptStale: request.acceptStale ?? false,
            wait: wait == 0 ? nil : .milliseconds(wait)
        )
    }

    private static let tagLimit = 32
    private static let standardWait: Int64 = 5000
    private static let longestWait: Int64 = 60_000

    private static func validateWord(_ text: String, field: String) throws(ValidationError) {
        guard !text.isEmpty else {
            throw ValidationError(field: field, problem: "is empty", hint: "leave it out, or give a word")
        }
        try validateText(text, field: field, limit: 63)
    }

    private static func node(of request: ChangeRequest) throws(ValidationError) -> NodeName {
        try NodeName(try required(request.node, "node"))
    }

    private static func settings(of request: ChangeRequest) -> [Setting] {
        (request.settings ?? []).map { Setting(key: $0.key, value: $0.value) }
    }

    private static func someSettings(of request: ChangeRequest) throws(ValidationError) -> [Setting] {
        let settings = settings(of: request)
        guard !settings.isEmpty else {
            throw ValidationError(field: "settings", problem: "nothing is to be set", hint: "give KEY=VALUE")
        }
        return settings
    }

    private static func required(_ text: String?, _ field: String) throws(ValidationError) -> String {
        guard let text else { throw ValidationError(field: field, problem: "is missing", hint: "give it") }
        return text
    }
}

extension Refusal {
    /// The same about a part of what was sent.
    fileprivate func within(_ part: String) -> Refusal {
        Refusal(code, field: field.map { "\(part).\($0)" } ?? part, problem: problem, hint: hint)
    }
}
