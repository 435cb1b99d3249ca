import ArgumentParser
import RingAPI
import RingCore

struct EvalCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "eval",
        abstract: "Which server a client would take for each key; needs no daemon.",
        discussion: """
            Servers are lines HOST:PORT[:WEIGHT] [NAME], or a JSON array of objects with host, port, weight, name, ip \
            and label. Keys are raw bytes, one a line. Prints KEY, the server's index and its address with tabs \
            between; without keys, the ring itself.

            Example: ringctl ring eval --dialect dalli --servers servers.txt --keys keys.txt
            """
    )

    @OptionGroup var dialect: DialectOptions

    @Option(help: ArgumentHelp("The servers; - is standard input.", valueName: "file"))
    var servers: String

    @Option(help: ArgumentHelp("The keys, one a line; - is standard input.", valueName: "file"))
    var keys: String?

    @Option(help: ArgumentHelp("The keys, as a JSON array of strings.", valueName: "file"))
    var keysJson: String?

    @OptionGroup var global: GlobalOptions

    func validate() throws {
        if keys != nil, keysJson != nil {
            throw ArgumentParser.ValidationError("Give --keys or --keys-json, not both.")
        }
        if [servers, keys, keysJson].count(where: { $0 == "-" }) > 1 {
            throw ArgumentParser.ValidationError("Standard input can be read once.")
        }
        if keys ?? keysJson != nil, ![.table, .wide, .json].contains(global.output) {
            throw ArgumentParser.ValidationError("Owners are printed with -o table or -o json.")
        }
    }

    func run() throws {
        let choice = try dialect.choice()
        let list = try ServerList(path: servers)
        let ring = try list.ring(choice)
        if let keys {
            let file = try InputFile(path: keys)
            try evaluate(KeyLines(file), file.size, list, ring)
        } else if let keysJson {
            let file = try InputFile(path: keysJson)
            try evaluate(KeyArray(file), file.size, list, ring)
        } else {
            global.print(report(list, ring))
        }
    }

    private func evaluate(_ source: some KeySource, _ size: Int?, _ list: ServerList, _ ring: Ring) throws {
        var run = Evaluation(ring: ring, addresses: list.addresses, isJSON: global.output == .json)
        do {
            try run.evaluate(source, size: size)
        } catch is OutputStream.ReaderGone {
            return
        }
        guard run.unusual > 0 else { return }
        let subject = run.unusual == 1 ? "1 key is" : "\(run.unusual) keys are"
        Terminal.error.write(
            "note: \(subject) empty, over \(KeyBatch.longestKey) bytes, or with a space or control character: "
                + "no memcached server takes such a key\n"
        )
    }

    /// The servers with what each has of the ring.
    private func report(_ list: ServerList, _ ring: Ring) -> Report {
        let counts = ring.pointCounts
        let shares = ring.shares
        let rows = list.servers.indices.map { index in
            [
                Table.Cell("\(index)"), Table.Cell(list.addresses[index]),
                Table.Cell(counts.map { "\($0[index])" } ?? "-"), Table.Cell(shares[index].percentText),
                Table.Cell(ring.labels[index]),
            ]
        }
        let servers = list.servers.indices.map { index in
            JSONValue.object([
                .init("index", .integer(Int64(index))), .init("address", .string(list.addresses[index])),
                .init("label", .string(ring.labels[index])),
                .init("points", counts.map { .integer(Int64($0[index])) } ?? .null),
                .init("share", .decimal(shares[index].description)),
            ])
        }
        let json = JSONValue.object([
            .init("schema", .integer(1)), .init("dialect", .string(ring.dialect.name)), .init("owners", .array([])),
            .init("point_count", .integer(Int64(ring.pointCount))),
            .init("share_method", .string(ring.shareMethod)), .init("servers", .array(servers)),
        ])
        return Report(
            json: json,
            heading: "\(ring.dialect.name)  \(ring.pointCount) points  shares: \(ring.shareMethod)",
            table: Table(
                columns: [.right("INDEX"), .left("ADDRESS"), .right("POINTS"), .right("SHARE"), .left("LABEL")],
                rows: rows
            ),
            list: "servers",
            names: list.addresses
        )
    }
}
