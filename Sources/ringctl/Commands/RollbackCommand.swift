import ArgumentParser
import RingAPI
import RingCore

extension RingCommands {
    struct Rollback: ChangeCommand {
        static let configuration = CommandConfiguration(
            commandName: "rollback",
            abstract: "Make a new version with the slots of an earlier one.",
            discussion: """
                Example: ringctl ring rollback 41 -n

                Brings back the dialect, weights, order and who is in the ring. Nodes that were out since are emptied \
                before they enter, nodes that are down stay out, and nodes that came later are ejected, not removed. \
                The policy of the pool stays as it is.
                """
        )

        @Argument(help: "The version to go back to; 'ringctl ring history' shows them.")
        var version: Int64

        @OptionGroup var change: ChangeOptions
        @OptionGroup var global: GlobalOptions

        func request() throws -> ChangeRequest {
            guard version > 0 else {
                throw CommandFailure(
                    .refused,
                    field: "version",
                    "\(version) is not a version",
                    hint: "use 1 or more"
                )
            }
            var request = ChangeRequest(.rollback, pool: try global.poolName()?.text)
            request.version = version
            return request
        }
    }
}
