import ArgumentParser
import Glibc

/// The entry point: parses, runs, and turns every outcome into an exit status.
@main
enum Main {
    static func main() async {
        // A closed pipe ends a write with an error, as for every other failure to print.
        signal(SIGPIPE, SIG_IGN)
        do {
            let arguments = GlobalOptions.movedBehindCommand(Array(CommandLine.arguments.dropFirst()))
            try GlobalOptions.checkCommand(arguments)
            var command = try Ringctl.parseAsRoot(arguments)
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch let failure as CommandFailure {
            failure.report()
            exit(failure.status.rawValue)
        } catch {
            Ringctl.exit(withError: error)
        }
    }
}
