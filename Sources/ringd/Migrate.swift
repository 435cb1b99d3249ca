import ArgumentParser
import RingDaemon

/// Brings the database to this version of the program, and starts nothing.
struct Migrate: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate",
        abstract: "Bring the database to this version of ringd, while it does not run, and start nothing.",
        discussion: """
            'ringd run' does the same when it starts; this tells beforehand whether it will work. A database that holds \
            data is copied first, and the copy is named.
            Example: ringd migrate --data /var/lib/ringd
            """
    )

    @OptionGroup var options: ConfigurationOptions

    func run() throws {
        let configuration = try options.load()
        do throws(DaemonError) {
            for line in try DatabaseMigration(configuration).run() { print(line) }
        } catch {
            throw complain(error.description, exitCode: error.exitCode)
        }
    }
}
