/// One step of the schema: a file of SQL, compiled into the program.
package struct Migration: Hashable, Sendable {
    /// The file's name without its extension: `V0001__create_audit`.
    package let name: String
    /// The bytes of the file: UTF-8, opening with a comment that says why.
    package let sql: [UInt8]

    package init(name: String, sql: [UInt8]) {
        self.name = name
        self.sql = sql
    }

    /// `V0001`, of `V0001__create_audit`.
    package var number: String { String(name.prefix { $0 != "_" }) }

    /// Every step, in the order in which they are applied.
    ///
    /// A file that has landed is never edited; what it got wrong is put right by the next one.
    package static let all: [Migration] = [
        Migration(name: "V0001__create_audit", sql: PackageResources.V0001__create_audit_sql),
        Migration(name: "V0002__create_roster", sql: PackageResources.V0002__create_roster_sql),
        Migration(name: "V0003__create_ring_versions", sql: PackageResources.V0003__create_ring_versions_sql),
        Migration(name: "V0004__create_health_history", sql: PackageResources.V0004__create_health_history_sql),
        Migration(name: "V0005__create_views", sql: PackageResources.V0005__create_views_sql),
        Migration(name: "V0006__bound_history", sql: PackageResources.V0006__bound_history_sql),
    ]
}
