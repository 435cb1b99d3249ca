import RingMigrations
import RingStore

/// Applies the migrations that a database lacks, while no daemon runs on it.
package struct DatabaseMigration: Sendable {
    private let configuration: RingdConfiguration

    package init(_ configuration: RingdConfiguration) { self.configuration = configuration }

    /// Migrates, and says what came of it in lines for a person.
    ///
    /// - Throws: ``DaemonError``; the database is as it was then.
    package func run() throws(DaemonError) -> [String] {
        do throws(StoreError) {
            let store = try RingStore.open(at: configuration.databasePath)
            var lines: [String] = []
            if let backup = store.migrationBackup { lines.append("copied to \(backup) first") }
            try store.close()
            let newest = Migration.all.last?.name ?? "nothing"
            lines.append("\(configuration.databasePath) is at \(newest)")
            return lines
        } catch {
            throw DaemonError(error)
        }
    }
}
