import ArgumentParser
import RingAPI
import RingCore

extension NodeCommands {
    struct Drain: ChangeCommand {
        static let configuration = CommandConfiguration(
            commandName: "drain",
            abstract: "Take a node out of the ring in steps.",
            discussion: """
                Example: ringctl node drain cache-4 -m 'end of lease'

                Its keys go to others in parts: the steps of the pool's 'ramp' backwards, or 50%, 25% and 10% of its \
                points where there is none, each after 'settle'. Then it is out until 'ringctl node enable'.
                """
        )

        @Argument(help: "The node.")
        var name: String

        @OptionGroup var change: ChangeOptions
        @OptionGroup var global: GlobalOptions

        func request() throws -> ChangeRequest { try nodeChange(.drain, name, global) }
    }

    struct Maintenance: ChangeCommand {
        static let configuration = CommandConfiguration(
            commandName: "maintenance",
            abstract: "Take a node out of the ring for a time.",
            discussion: """
                Example: ringctl node maintenance cache-4 --for 2h -m 'CHG-31: new memory'

                It leaves in the steps of the pool's 'ramp', or at once where there is none. When the time is over it \
                comes back by itself, emptied first; without an end it stays out until 'ringctl node enable'. It needs \
                a reason: -m.
                """
        )

        @Argument(help: "The node.")
        var name: String

        @Option(name: .customLong("for"), help: ArgumentHelp("How long: 30m, 2h, 7d.", valueName: "duration"))
        var duration: String?

        @Option(help: ArgumentHelp("Until when: 2026-11-22T10:35:00Z.", valueName: "time"))
        var until: String?

        @OptionGroup var change: ChangeOptions
        @OptionGroup var global: GlobalOptions

        func validate() throws {
            guard duration == nil || until == nil else { throw ArgumentParser.ValidationError("give --for or --until") }
        }

        func request() throws -> ChangeRequest {
            let milliseconds = try duration.map { text in
                try checking { () throws(RingCore.ValidationError) in try Duration(policyText: text) }.wholeMilliseconds
            }
            return try nodeChange(.maintenance, name, global) {
                $0.duration = milliseconds
                $0.until = until
            }
        }
    }

    struct Enable: ChangeCommand {
        static let configuration = CommandConfiguration(
            commandName: "enable",
            abstract: "End a drain or a maintenance.",
            discussion: "Example: ringctl node enable cache-4"
        )

        @Argument(help: "The node.")
        var name: String

        @Flag(help: "Let it in with what it holds, although that may be stale.")
        var acceptStale = false

        @OptionGroup var change: ChangeOptions
        @OptionGroup var global: GlobalOptions

        func request() throws -> ChangeRequest {
            try nodeChange(.enable, name, global) { if acceptStale { $0.acceptStale = true } }
        }
    }

    struct Replace: ChangeCommand {
        static let configuration = CommandConfiguration(
            commandName: "replace",
            abstract: "Put another server in the place of a node; no key moves.",
            discussion: """
                Example: ringctl node replace cache-4 10.0.0.24:11211 -m 'new hardware'

                Name, label and points stay; the new server is emptied before it serves. It must be up and hold \
                nothing; --flush gives leave to empty it. The old server is off the roster.
                """
        )

        @Argument(help: "The node.")
        var name: String

        @Argument(
            help: ArgumentHelp("HOST, HOST:PORT, [IPV6]:PORT or the path of a Unix socket.", valueName: "address")
        )
        var address: String

        @Flag(help: "Empty the new server, should it hold anything.")
        var flush = false

        @OptionGroup var change: ChangeOptions
        @OptionGroup var global: GlobalOptions

        func request() throws -> ChangeRequest {
            let parsed = try checking { () throws(RingCore.ValidationError) in
                try NodeAddress(parsing: address).description
            }
            return try nodeChange(.replaceNode, name, global) {
                $0.address = parsed
                if flush { $0.flush = true }
            }
        }
    }
}
