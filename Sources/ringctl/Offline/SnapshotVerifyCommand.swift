import ArgumentParser
import RingAPI
import RingCore
import RingSnapshots

struct SnapshotVerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check a snapshot file as a client does; exit 1 when a check fails. Needs no daemon.",
        discussion: """
            Checked are the format, the digest over the meaning, and the agreement: the ring is built, and must give \
            the fixed keys to the owners that the publisher gave them.

            Example: ringctl snapshot verify /var/lib/ringd/snapshots/sessions/ring.json --pool sessions
            """
    )

    @Argument(help: "The file; - is standard input.")
    var file: String

    @OptionGroup var global: GlobalOptions

    func run() throws {
        let bytes = try InputFile.contents(of: file, limit: SnapshotLimits().bytes)
        let name = file == "-" ? "standard input" : printable(file)
        let snapshot: Snapshot
        do throws(SnapshotError) {
            snapshot = try Snapshot.decoding(bytes)
        } catch {
            throw CommandFailure(
                .badData,
                field: error.member.isEmpty ? nil : error.member,
                "\(name): \(error.code.rawValue): \(error.problem)",
                hint: "a client would keep the ring that it has"
            )
        }
        let verification = SnapshotVerification(snapshot, pool: try pool())
        global.print(verification.report)
        if !verification.isIntact { throw ExitCode(ExitStatus.differences.rawValue) }
    }

    /// The pool that was named here: that of the environment says nothing about a file.
    private func pool() throws -> PoolName? {
        try global.pool.map { name in
            try checking { () throws(RingCore.ValidationError) in try PoolName(name) }
        }
    }
}

/// What a client would find when it checks a snapshot.
struct SnapshotVerification {
    /// One check with what is wrong; `nil` where it holds.
    typealias Check = (name: String, defect: String?)

    let snapshot: Snapshot
    private(set) var checks: [Check] = []

    init(_ snapshot: Snapshot, pool: PoolName?) {
        self.snapshot = snapshot
        if let pool {
            checks.append(("pool", snapshot.pool == pool ? nil : "this is '\(snapshot.pool)', not '\(pool)'"))
        }
        let digest = snapshot.computedDigest
        checks.append(("digest", snapshot.digest == digest ? nil : "the content has \(digest)"))
        let slots = snapshot.slots.map { slot in
            RingSlot(label: slot.label, weight: slot.weight, limit: slot.points.map { .count($0) } ?? .all)
        }
        do throws(RingCore.ValidationError) {
            let ring = try Ring(dialect: snapshot.dialect, slots: slots)
            let agreement = Digest(ring.agreement)
            checks.append(("agreement", snapshot.agreement == agreement ? nil : "this ring has \(agreement)"))
            if let continuum = snapshot.continuum {
                let isSame = ring.searchableContinuum.map {
                    $0.hashes == continuum.hashes && $0.slots == continuum.slots
                }
                checks.append(("continuum", isSame == true ? nil : "these are not the points of the ring"))
            }
        } catch {
            checks.append(("agreement", "the ring cannot be built: \(error)"))
        }
    }

    /// Whether every check holds.
    var isIntact: Bool { checks.allSatisfy { $0.defect == nil } }

    var report: Report {
        var facts: [(String, String, Table.Tone?)] = [
            ("pool", snapshot.pool.text, nil), ("version", "\(snapshot.version)", nil),
            ("epoch", "\(snapshot.epoch)", nil), ("created", snapshot.createdAt.toTheSecond, nil),
            ("dialect", snapshot.dialect.name, nil), ("slots", "\(snapshot.slots.count)", nil),
            ("signature", snapshot.signature.map { "by key \($0.keyID), not checked" } ?? "none", nil),
        ]
        for check in checks {
            let defect = check.defect.map { "wrong: \($0)" }
            facts.append(("check \(check.name)", defect ?? "holds", defect == nil ? .good : .bad))
        }
        let json = JSONValue.object([
            .init("schema", .integer(1)), .init("intact", .bool(isIntact)),
            .init("pool", .string(snapshot.pool.text)), .init("version", .decimal("\(snapshot.version)")),
            .init("epoch", .decimal("\(snapshot.epoch)")), .init("dialect", .string(snapshot.dialect.name)),
            .init("slots", .integer(Int64(snapshot.slots.count))), .init("digest", .string("\(snapshot.digest)")),
            .init(
                "checks",
                .array(
                    checks.map {
                        .object([
                            .init("name", .string($0.name)), .init("holds", .bool($0.defect == nil)),
                            .init("defect", $0.defect.map { .string($0) } ?? .null),
                        ])
                    }
                )
            ),
        ])
        return Report(json: json, table: .facts(facts), names: [isIntact ? "intact" : "broken"])
    }
}
