import ArgumentParser
import RingAPI
import RingCore

struct NodeCommands: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "node",
        abstract: "Servers: list, add, change, replace, remove, take out, let back in.",
        subcommands: [
            List.self, Show.self, Add.self, Set.self, Replace.self, Drain.self, Maintenance.self, Enable.self,
            Eject.self,
            Readmit.self, Undamp.self, Remove.self,
        ],
        aliases: ["nodes"]
    )

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list",
            abstract: "The nodes of a pool.",
            discussion: "Example: ringctl node list -o json",
            aliases: ["ls"]
        )

        @OptionGroup var global: GlobalOptions

        func run() async throws {
            let answer: ControlClient.Answer<NodeList> =
                try await global.client.get(Path(pool: try global.poolName(), "nodes"))
            global.print(answer.value.report(answer.json))
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show",
            abstract: "One node, and what happened to it.",
            discussion: "Example: ringctl node show cache-1"
        )

        @Argument(help: "The node.")
        var name: String

        @OptionGroup var global: GlobalOptions

        func run() async throws {
            let node = try nodeName(name)
            let answer: ControlClient.Answer<NodeDetail> =
                try await global.client.get(Path(pool: try global.poolName(), "nodes", node.text))
            global.print(answer.value.report(answer.json))
        }
    }

    struct Remove: ChangeCommand {
        static let configuration = CommandConfiguration(
            commandName: "remove",
            abstract: "Take a node off the roster.",
            discussion: "Example: ringctl node remove cache-4 -m 'end of lease'",
            aliases: ["rm"]
        )

        @Argument(help: "The node.")
        var name: String

        @OptionGroup var change: ChangeOptions
        @OptionGroup var global: GlobalOptions

        func request() throws -> ChangeRequest { try nodeChange(.removeNode, name, global) }
    }

    struct Eject: ChangeCommand {
        static let configuration = CommandConfiguration(
            commandName: "eject",
            abstract: "Take a node out of the ring until 'readmit'.",
            discussion: "Example: ringctl node eject cache-3 -m 'NIC errors'"
        )

        @Argument(help: "The node.")
        var name: String

        @OptionGroup var change: ChangeOptions
        @OptionGroup var global: GlobalOptions

        func request() throws -> ChangeRequest { try nodeChange(.eject, name, global) }
    }

    struct Readmit: ChangeCommand {
        static let configuration = CommandConfiguration(
            commandName: "readmit",
            abstract: "Let an ejected node back in, emptied first.",
            discussion: "Example: ringctl node readmit cache-3"
        )

        @Argument(help: "The node.")
        var name: String

        @Flag(help: "Let it in with what it holds, although that may be stale.")
        var acceptStale = false

        @OptionGroup var change: ChangeOptions
        @OptionGroup var global: GlobalOptions

        func request() throws -> ChangeRequest {
            try nodeChange(.readmit, name, global) { if acceptStale { $0.acceptStale = true } }
        }
    }

    struct Undamp: ChangeCommand {
        static let configuration = CommandConfiguration(
            commandName: "undamp",
            abstract: "Let a node rejoin that flapped.",
            discussion: "Example: ringctl node undamp cache-3 -m 'cable replaced'"
        )

        @Argument(help: "The node.")
        var name: String

        @OptionGroup var change: ChangeOptions
        @OptionGroup var global: GlobalOptions

        func request() throws -> ChangeRequest { try nodeChange(.undamp, name, global) }
    }
}

/// Checks the name of a node before anything is sent.
func nodeName(_ text: String) throws -> NodeName {
    try checking { () throws(RingCore.ValidationError) in try NodeName(text) }
}

/// A change of one node that is on the roster.
func nodeChange(
    _ action: ChangeRequest.Action,
    _ name: String,
    _ global: GlobalOptions,
    _ complete: (inout ChangeRequest) -> Void = { _ in }
) throws -> ChangeRequest {
    var request = ChangeRequest(action, pool: try global.poolName()?.text, node: try nodeName(name).text)
    complete(&request)
    return request
}
