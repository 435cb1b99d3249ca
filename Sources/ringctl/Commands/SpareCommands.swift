import ArgumentParser
import RingAPI
import RingCore

struct SpareCommands: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "spare",
        abstract: "Servers that wait, empty, to take a dead one's slot over: add, list, remove, give back.",
        subcommands: [Add.self, List.self, Remove.self, Failback.self]
    )

    struct Add: ChangeCommand {
        static let configuration = CommandConfiguration(
            commandName: "add",
            abstract: "Put a server on the roster as a spare.",
            discussion: """
                Example: ringctl spare add spare-1 10.0.0.9:11211

                It takes over a slot whose node dies: no key moves, the slot starts empty. It must hold nothing; \
                --flush gives leave to empty it.
                """
        )

        @Argument(help: "Its name, unique in the pool.")
        var name: String

        @Argument(
            help: ArgumentHelp("HOST, HOST:PORT, [IPV6]:PORT or the path of a Unix socket.", valueName: "address")
        )
        var address: String

        @Option(help: ArgumentHelp("Its failure domain.", valueName: "name"))
        var zone: String?

        @Flag(help: "Empty it, should it hold anything.")
        var flush = false

        @OptionGroup var change: ChangeOptions
        @OptionGroup var global: GlobalOptions

        func request() throws -> ChangeRequest {
            var request = ChangeRequest(.addSpare, pool: try global.poolName()?.text, node: try nodeName(name).text)
            try checking { () throws(RingCore.ValidationError) in
                request.address = try NodeAddress(parsing: address).description
                if let zone { try validateText(zone, field: "zone", limit: 63) }
            }
            request.zone = zone
            if flush { request.flush = true }
            return request
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list",
            abstract: "The spares of a pool.",
            discussion: "Example: ringctl spare list",
            aliases: ["ls"]
        )

        @OptionGroup var global: GlobalOptions

        func run() async throws {
            let answer: ControlClient.Answer<NodeList> =
                try await global.client.get(Path(pool: try global.poolName(), "nodes"))
            var spares = answer.value
            spares.nodes = spares.nodes.filter { $0.admin == "spare" }
            global.print(spares.report(try JSONDocument(encoding: spares)))
        }
    }

    struct Remove: ChangeCommand {
        static let configuration = CommandConfiguration(
            commandName: "remove",
            abstract: "Take a spare off the roster.",
            discussion: "Example: ringctl spare remove spare-1",
            aliases: ["rm"]
        )

        @Argument(help: "The spare.")
        var name: String

        @OptionGroup var change: ChangeOptions
        @OptionGroup var global: GlobalOptions

        func request() throws -> ChangeRequest { try nodeChange(.removeNode, name, global) }
    }

    struct Failback: ChangeCommand {
        static let configuration = CommandConfiguration(
            commandName: "failback",
            abstract: "Give a slot that a spare covers back to its own node.",
            discussion: "Example: ringctl spare failback cache-3 -m 'repaired'"
        )

        @Argument(help: "The node that had the slot.")
        var name: String

        @OptionGroup var change: ChangeOptions
        @OptionGroup var global: GlobalOptions

        func request() throws -> ChangeRequest { try nodeChange(.failback, name, global) }
    }
}
