import ArgumentParser
import RingAPI
import RingCore

struct PoolCommands: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pool",
        abstract: "Pools and their policies.",
        subcommands: [
            List.self, Show.self, Create.self, Set.self, Freeze.self, Thaw.self, Acknowledge.self, Delete.self,
        ],
        aliases: ["pools"]
    )

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list",
            abstract: "Every pool in a line.",
            discussion: "Example: ringctl pool list -o name",
            aliases: ["ls"]
        )

        @OptionGroup var global: GlobalOptions

        func run() async throws {
            let answer: ControlClient.Answer<PoolList> = try await global.client.get(Path("v1", "pools"))
            global.print(answer.value.report(answer.json))
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show",
            abstract: "One pool with its policy; what an operator set is marked with '*'.",
            discussion: "Example: ringctl pool show sessions"
        )

        @Argument(help: "The pool.")
        var pool: String?

        @OptionGroup var global: GlobalOptions

        func run() async throws {
            let answer: ControlClient.Answer<PoolDetail> =
                try await global.client.get(Path(pool: try global.poolName(or: pool)))
            global.print(answer.value.report(answer.json))
        }
    }

    struct Create: ChangeCommand {
        static let configuration = CommandConfiguration(
            commandName: "create",
            abstract: "Make a pool.",
            discussion: "Example: ringctl pool create web dialect=libmemcached-ketama-weighted"
        )

        @Argument(help: "Its name.")
        var pool: String

        @Argument(help: ArgumentHelp("The dialect and policy values.", valueName: "key=value"))
        var settings: [String] = []

        @OptionGroup var change: ChangeOptions
        @OptionGroup var global: GlobalOptions

        func request() throws -> ChangeRequest {
            let name = try global.poolName(or: pool)
            return ChangeRequest(.createPool, pool: name?.text, settings: try settings.map(setting))
        }
    }

    struct Set: ChangeCommand {
        static let configuration = CommandConfiguration(
            commandName: "set",
            abstract: "Change policy values, the dialect or its options.",
            discussion: "Example: ringctl pool set interval=2s fall-soft=5 -p sessions -m 'slow network'"
        )

        @Argument(help: ArgumentHelp("What to set; the pool's name may stand before it.", valueName: "key=value"))
        var settings: [String]

        @OptionGroup var change: ChangeOptions
        @OptionGroup var global: GlobalOptions

        func request() throws -> ChangeRequest {
            var settings = settings[...]
            // A word without '=' in front can only be the pool.
            let named = settings.first.flatMap { $0.contains("=") ? nil : $0 }
            if named != nil { settings.removeFirst() }
            guard !settings.isEmpty else {
                throw ArgumentParser.ValidationError("Give at least one KEY=VALUE to set.")
            }
            let name = try global.poolName(or: named)
            return ChangeRequest(.setPool, pool: name?.text, settings: try settings.map(setting))
        }
    }

    struct Freeze: ChangeCommand {
        static let configuration = CommandConfiguration(
            commandName: "freeze",
            abstract: "Let automation publish and flush nothing until 'thaw'.",
            discussion: "Example: ringctl pool freeze sessions -m 'switch maintenance'"
        )

        @Argument(help: "The pool.")
        var pool: String?

        @OptionGroup var change: ChangeOptions
        @OptionGroup var global: GlobalOptions

        func request() throws -> ChangeRequest { try poolChange(.freeze, pool, global) }
    }

    struct Thaw: ChangeCommand {
        static let configuration = CommandConfiguration(
            commandName: "thaw",
            abstract: "Let automation act again.",
            discussion: "Example: ringctl pool thaw sessions"
        )

        @Argument(help: "The pool.")
        var pool: String?

        @OptionGroup var change: ChangeOptions
        @OptionGroup var global: GlobalOptions

        func request() throws -> ChangeRequest { try poolChange(.thaw, pool, global) }
    }

    struct Acknowledge: ChangeCommand {
        static let configuration = CommandConfiguration(
            commandName: "ack",
            abstract: "Let automation go on after too many changes; say why with -m.",
            discussion: "Example: ringctl pool ack sessions -m 'rack 4 is repaired'"
        )

        @Argument(help: "The pool.")
        var pool: String?

        @OptionGroup var change: ChangeOptions
        @OptionGroup var global: GlobalOptions

        func request() throws -> ChangeRequest { try poolChange(.acknowledge, pool, global) }
    }

    struct Delete: ChangeCommand {
        static let configuration = CommandConfiguration(
            commandName: "delete",
            abstract: "Delete a pool; its history stays.",
            discussion: "Example: ringctl pool delete web -m 'moved to the new site'"
        )

        @Argument(help: "The pool.")
        var pool: String

        @OptionGroup var change: ChangeOptions
        @OptionGroup var global: GlobalOptions

        func request() throws -> ChangeRequest { try poolChange(.deletePool, pool, global) }
    }
}

private func poolChange(
    _ action: ChangeRequest.Action,
    _ pool: String?,
    _ global: GlobalOptions
) throws -> ChangeRequest {
    ChangeRequest(action, pool: try global.poolName(or: pool)?.text)
}

extension PoolDetail {
    fileprivate func report(_ json: JSONDocument) -> Report {
        var facts: [(String, String, Table.Tone?)] = [
            ("pool", pool, nil), ("version", version.map(String.init) ?? "none yet", nil),
            ("dialect", dialect.name, nil),
        ]
        for option in dialect.options.pairs { facts.append(("  \(option.name)", option.value, nil)) }
        facts.append(("mode", mode.rawValue, mode == .normal ? .good : .warning))
        if let modeReason { facts.append(("  why", modeReason, nil)) }
        if let modeSince { facts.append(("  since", modeSince.withAge, nil)) }
        facts.append(("nodes", "\(counts.total), \(counts.up) up, \(counts.ejected) ejected, \(counts.held) held", nil))
        facts.append(("created", createdAt.withAge, nil))
        if let changedAt { facts.append(("changed", changedAt.withAge, nil)) }
        facts.append(("snapshots", snapshots, nil))
        facts.append(("policy", overrides.isEmpty ? "all defaults" : "* set by an operator", nil))
        for value in policy.pairs {
            let isSet = overrides.contains(value.name)
            let key = String(value.name.map { $0 == "_" ? "-" : $0 })
            facts.append(("  " + key, value.value + (isSet ? " *" : ""), nil))
        }
        return Report(json: json.value, table: .facts(facts), names: [pool])
    }
}
