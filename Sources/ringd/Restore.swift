import ArgumentParser
import RingDaemon

/// Puts a copy of the database back.
struct Restore: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Put a copy of the database back, while ringd does not run.",
        discussion: """
            The next version of each pool is above all that clients have seen: the database that is replaced, the \
            snapshots on disk and --version-floor are asked, and without an answer nothing is done. The former database \
            stays beside the new one.
            Example: ringd restore /var/backups/ringd.db --data /var/lib/ringd
            """
    )

    @Argument(help: "The copy, as 'ringctl db backup' made it.", completion: .file())
    var file: String

    @Option(help: ArgumentHelp("Versions up to this one were used; POOL=N for one pool.", valueName: "n"))
    var versionFloor: [String] = []

    @Flag(help: "Also take the copy of another installation.")
    var force = false

    @OptionGroup var options: ConfigurationOptions

    func run() throws {
        let configuration = try options.load()
        do throws(DaemonError) {
            var progress = RestoreProgress()
            defer { progress.clear() }
            let lines = try DatabaseRestore(configuration).run(
                from: file,
                floors: versionFloor,
                isForced: force,
                report: { progress.update($0) }
            )
            progress.clear()
            for line in lines { print(line) }
        } catch {
            throw complain(error.description, exitCode: error.exitCode)
        }
    }
}
