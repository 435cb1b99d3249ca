import ArgumentParser
import RingAPI
import RingCore

extension NodeCommands {
    struct Add: ChangeCommand {
        static let configuration = CommandConfiguration(
            commandName: "add",
            abstract: "Put a server on the roster; it enters the ring at its first good probe.",
            discussion: """
                Example: ringctl node add cache-8 10.0.0.8:11211 --weight 100 -m 'more room'

                A server that does not answer is on the roster all the same: a notice says so.
                """
        )

        @Argument(help: "Its name, unique in the pool.")
        var name: String

        @Argument(
            help: ArgumentHelp("HOST, HOST:PORT, [IPV6]:PORT or the path of a Unix socket.", valueName: "address")
        )
        var address: String

        @Option(help: ArgumentHelp("Its share relative to others; the dialect's default unless given.", valueName: "n"))
        var weight: String?

        @Option(help: ArgumentHelp("Its failure domain.", valueName: "name"))
        var zone: String?

        @Option(
            name: .customLong("tag"),
            help: ArgumentHelp("A word for selection; may be repeated.", valueName: "word")
        )
        var tags: [String] = []

        @Flag(help: "Put it into the ring without waiting for a probe.")
        var now = false

        @Flag(help: "Empty it first, although it is new.")
        var flush = false

        @Flag(help: "Let it in with what it holds, although it was in the pool before.")
        var acceptStale = false

        @Flag(help: "Do not wait for its first probe.")
        var noWait = false

        @OptionGroup var change: ChangeOptions
        @OptionGroup var global: GlobalOptions

        func request() throws -> ChangeRequest {
            var request = ChangeRequest(.addNode, pool: try global.poolName()?.text, node: try nodeName(name).text)
            try checking { () throws(RingCore.ValidationError) in
                request.address = try NodeAddress(parsing: address).description
                request.weight = try weight.map { text throws(RingCore.ValidationError) in
                    try Weight(parsing: text).value
                }
                if let zone { try validateText(zone, field: "zone", limit: 63) }
                for tag in tags { try validateText(tag, field: "tag", limit: 63) }
            }
            request.zone = zone
            if !tags.isEmpty { request.tags = tags }
            if now { request.now = true }
            if flush { request.flush = true }
            if acceptStale { request.acceptStale = true }
            if noWait { request.wait = 0 }
            return request
        }
    }

    struct Set: ChangeCommand {
        static let configuration = CommandConfiguration(
            commandName: "set",
            abstract: "Change a node: weight, zone, tags, position.",
            discussion: "Example: ringctl node set cache-2 weight=150 -m 'more RAM'"
        )

        @Argument(help: "The node.")
        var name: String

        @Argument(help: ArgumentHelp("What to set.", valueName: "key=value"))
        var settings: [String]

        @OptionGroup var change: ChangeOptions
        @OptionGroup var global: GlobalOptions

        func request() throws -> ChangeRequest {
            let pairs = try settings.map(setting)
            for pair in pairs where pair.key == "weight" {
                try checking { () throws(RingCore.ValidationError) in _ = try Weight(parsing: pair.value) }
            }
            return try nodeChange(.setNode, name, global) { $0.settings = pairs }
        }
    }
}

/// Parses `KEY=VALUE`.
func setting(_ text: String) throws -> ChangeRequest.Setting {
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, !parts[0].isEmpty else {
        throw CommandFailure(
            .refused,
            field: "key=value",
            "'\(printable(text))' has no key and value",
            hint: "write KEY=VALUE"
        )
    }
    return ChangeRequest.Setting(key: String(parts[0]), value: String(parts[1]))
}
