import ArgumentParser
import RingAPI
import RingCore

struct VectorsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vectors",
        abstract: "Recorded placements of clients against ours; exit 1 where they differ.",
        discussion: "Example: ringctl ring vectors dalli.json"
    )

    @Argument(help: "Files of recorded placements.")
    var files: [String]

    @OptionGroup var global: GlobalOptions

    func run() throws {
        var result = VectorComparison()
        for path in files { result.compare(try VectorFile(path: path)) }
        global.print(result.report)
        if !result.differences.isEmpty { throw ExitCode(ExitStatus.differences.rawValue) }
    }
}

/// What was compared, and what came out otherwise than recorded.
struct VectorComparison {
    /// One placement, or one fact of a ring, that is not as recorded.
    struct Difference {
        var file: String
        var name: String
        var what: String
        var ours: String
        var recorded: String
    }

    private(set) var files = 0
    private(set) var cases = 0
    private(set) var keys = 0
    private(set) var differences: [Difference] = []

    /// Compares every case of a file.
    mutating func compare(_ file: VectorFile) {
        files += 1
        for record in file.cases {
            cases += 1
            keys += record.keys.count
            func note(_ what: String, _ ours: String, _ recorded: String) {
                differences.append(
                    Difference(file: file.file, name: record.name, what: what, ours: ours, recorded: recorded)
                )
            }
            let choice = DialectChoice(name: file.dialect, options: record.options)
            let ring: Ring
            do throws(RingCore.ValidationError) {
                ring = try Ring(evaluating: choice, servers: record.servers)
            } catch {
                note("ring", "refused: \(error)", "\(record.servers.count) servers")
                continue
            }
            for (key, owner) in record.keys {
                let ours = ring.owner(ofKey: key)
                if ours != owner { note("key \(key)", "\(ours)", "\(owner)") }
            }
            if let count = record.pointCount, ring.pointCount != count {
                note("point_count", "\(ring.pointCount)", "\(count)")
            }
            comparePoints(of: ring, with: record, note)
        }
    }

    private func comparePoints(
        of ring: Ring,
        with record: VectorFile.Case,
        _ note: (_ what: String, _ ours: String, _ recorded: String) -> Void
    ) {
        guard record.pointsSample != nil || record.pointsHash != nil else { return }
        let points = ring.points
        if let sample = record.pointsSample {
            let ends = points.count > 12 ? Array(points.prefix(8) + points.suffix(4)) : points
            let ours = ends.map { [$0.point, Int64($0.slot)] }
            if ours != sample { note("points_sample", "\(ours)", "\(sample)") }
        }
        if let recorded = record.pointsHash {
            var hash = SHA256()
            for (point, slot) in points { hash.update("\(point) \(slot)\n") }
            let ours = hash.finalize().map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
            if ours != recorded { note("points_sha256", ours, recorded) }
        }
    }

    fileprivate var report: Report {
        let json = JSONValue.object([
            .init("schema", .integer(1)), .init("files", .integer(Int64(files))),
            .init("cases", .integer(Int64(cases))), .init("keys", .integer(Int64(keys))),
            .init(
                "differences",
                .array(
                    differences.map {
                        .object([
                            .init("file", .string($0.file)), .init("case", .string($0.name)),
                            .init("what", .string($0.what)), .init("ours", .string($0.ours)),
                            .init("recorded", .string($0.recorded)),
                        ])
                    }
                )
            ),
        ])
        let counts = "\(files) \(files == 1 ? "file" : "files"), \(cases) cases, \(keys) keys"
        let columns: [Table.Column] = [
            .left("FILE"), .left("CASE"), .left("WHAT"), .left("OURS"), .left("RECORDED"),
        ]
        let rows = differences.map {
            [
                Table.Cell($0.file), Table.Cell($0.name), Table.Cell($0.what), Table.Cell($0.ours, .bad),
                Table.Cell($0.recorded),
            ]
        }
        return Report(
            json: json,
            heading: "\(counts): " + (differences.isEmpty ? "no difference" : "\(differences.count) differences"),
            table: differences.isEmpty ? Table(columns: [], rows: []) : Table(columns: columns, rows: rows),
            list: "differences",
            names: differences.map { "\($0.name) \($0.what)" }
        )
    }
}
