import ArgumentParser
import RingAPI
import RingCore
import RingSigning

struct KeyCommands: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key",
        abstract: "The keys that sign snapshots.",
        discussion: """
            To replace a key: make a new one, and give clients both public keys, as two lines of one file. Then name \
            the new one as signing-key of ringd, and restart it: each pool gets a version that the new key signed. At \
            last take the old public key from the clients.
            """,
        subcommands: [Generate.self, List.self]
    )

    struct Generate: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "generate",
            abstract: "Make a key that signs snapshots. Needs no daemon.",
            discussion: """
                FILE gets the private key and mode 0600: name it as signing-key of ringd, and give it to ringd's user. \
                FILE.pub gets the public key, for clients. Neither may be there before.

                Example: ringctl key generate /etc/ringd/signing.key --id 2026-a
                """
        )

        @Argument(help: "The file to make.")
        var file: String

        @Option(help: ArgumentHelp("The name of the key; else the first digits of its hash.", valueName: "name"))
        var id: String?

        @OptionGroup var global: GlobalOptions

        func run() throws {
            let key = try checking { () throws(RingCore.ValidationError) in try SigningKey.generate(id: id) }
            do throws(KeyFileError) {
                try KeyFile.write(key, to: file)
            } catch {
                throw CommandFailure(.refused, "\(printable(error.path)): \(error.problem)", hint: error.hint)
            }
            let publicFile = KeyFile.publicPath(of: file)
            let json = JSONValue.object([
                .init("schema", .integer(1)), .init("key", .string(key.id)), .init("private", .string(file)),
                .init("public", .string(publicFile)), .init("line", .string(key.publicKey.line)),
            ])
            let facts =
                [
                    ("key", key.id, nil), ("private", "\(file), for signing-key of ringd", nil),
                    ("public", "\(publicFile), for clients", nil),
                ] as [(String, String, Table.Tone?)]
            global.print(Report(json: json, table: .facts(facts), names: [key.id]))
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list",
            abstract: "Which key signed which versions; with files, the keys in them.",
            discussion: """
                A key that has signed the current version of a pool must not be taken from the clients. With files no \
                daemon is needed.

                Example: ringctl key list
                Example: ringctl key list /etc/ringd/signing.key.pub
                """
        )

        @Argument(help: "Files of keys.")
        var files: [String] = []

        @OptionGroup var global: GlobalOptions

        func run() async throws {
            global.print(files.isEmpty ? try await ofRecord() : try ofFiles())
        }

        private func ofFiles() throws -> Report {
            var rows: [[Table.Cell]] = []
            var items: [JSONValue] = []
            for file in files {
                let found = try readingKeys { () throws(KeyFileError) in try KeyFile.keys(at: file) }
                for key in found.keys {
                    let kind = found.isPrivate ? "private" : "public"
                    rows.append([Table.Cell(key.id), Table.Cell(kind), Table.Cell(file), Table.Cell(key.line)])
                    items.append(
                        .object([
                            .init("key", .string(key.id)), .init("kind", .string(kind)), .init("file", .string(file)),
                            .init("line", .string(key.line)),
                        ])
                    )
                }
            }
            let columns: [Table.Column] = [.left("KEY"), .left("KIND"), .left("FILE"), .left("PUBLIC KEY")]
            return Report(
                json: .object([.init("schema", .integer(1)), .init("keys", .array(items))]),
                table: Table(columns: columns, rows: rows),
                list: "keys",
                names: rows.compactMap { $0.first?.text }
            )
        }

        private func ofRecord() async throws -> Report {
            // Names have no quotes in them.
            let only = try global.poolName().map { "AND pool = '\($0)'" } ?? ""
            let sql = """
                SELECT pool, signature_key_id, count(*), min(version), max(version), max(version) = (
                    SELECT max(version) FROM ring_version AS newest WHERE newest.pool_id = signed.pool_id
                )
                FROM ring_version AS signed
                WHERE pool_id IN (SELECT id FROM pool WHERE deleted_at IS NULL) \(only)
                GROUP BY pool_id, signature_key_id ORDER BY pool, max(version)
                """
            let answer: ControlClient.Answer<QueryResult> = try await global.client.post(
                Path("v1", "sql"),
                QueryRequest(sql: sql)
            )
            let rows = answer.value.rows.filter { $0.count == 6 }
            let items = rows.map { row in
                JSONValue.object([
                    .init("pool", .string(row[0].description)),
                    .init("key", row[1] == .null ? .null : .string(row[1].description)),
                    .init("versions", .decimal(row[2].description)), .init("first", .decimal(row[3].description)),
                    .init("last", .decimal(row[4].description)), .init("current", .bool(row[5] == .integer(1))),
                ])
            }
            let table = Table(
                columns: [
                    .left("POOL"), .left("KEY"), .right("VERSIONS"), .right("FIRST"), .right("LAST"), .left("CURRENT"),
                ],
                rows: rows.map { row in
                    let key = row[1] == .null ? "unsigned" : row[1].description
                    let current = row[5] == .integer(1) ? "yes" : "-"
                    return [
                        row[0].description, key, row[2].description, row[3].description, row[4].description, current,
                    ]
                    .map { Table.Cell($0) }
                }
            )
            return Report(
                json: .object([.init("schema", .integer(1)), .init("keys", .array(items))]),
                table: table,
                list: "keys",
                names: rows.filter { $0[1] != .null }.map { $0[1].description }
            )
        }
    }
}

/// Reads a file of keys and turns its error into a failure.
func readingKeys<Value>(_ read: () throws(KeyFileError) -> Value) throws -> Value {
    do {
        return try read()
    } catch {
        throw CommandFailure(.badData, "\(printable(error.path)): \(error.problem)", hint: error.hint)
    }
}
