import ArgumentParser
import RingAPI
import RingCore
import RingSigning
import RingSnapshots

struct SnapshotVerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check a snapshot file as a client does; exit 1 when a check fails. Needs no daemon.",
        discussion: """
            Checked are the format, the digest over the meaning, and the agreement: the ring is built, and must give \
            the fixed keys to the owners that the publisher gave them. With --key also the signature, and with --over \
            whether a client that has the other file would take this one.

            Example: ringctl snapshot verify /var/lib/ringd/snapshots/sessions/ring.json --pool sessions
            """
    )

    @Argument(help: "The file; - is standard input.")
    var file: String

    @Option(help: ArgumentHelp("Public keys, one of which must have signed it; may be repeated.", valueName: "file"))
    var key: [String] = []

    @Option(help: ArgumentHelp("A snapshot that is older, or the same.", valueName: "file"))
    var over: String?

    @OptionGroup var global: GlobalOptions

    func run() throws {
        let keys = try trustedKeys()
        let current = try over.map { try Self.snapshot(in: $0) }
        var verification = SnapshotVerification(try Self.snapshot(in: file), pool: try pool())
        if let keys { verification.check(keys) }
        if let current { verification.check(over: current) }
        global.print(verification.report)
        if !verification.isIntact { throw ExitCode(ExitStatus.differences.rawValue) }
    }

    private static func snapshot(in file: String) throws -> Snapshot {
        let bytes = try InputFile.contents(of: file, limit: SnapshotLimits().bytes)
        do throws(SnapshotError) {
            return try Snapshot.decoding(bytes)
        } catch {
            throw CommandFailure(
                .badData,
                field: error.member.isEmpty ? nil : error.member,
                "\(file == "-" ? "standard input" : file.onOneLine): \(error.code.rawValue): \(error.problem)",
                hint: "a client would keep the ring that it has"
            )
        }
    }

    /// The keys of all files that were named; `nil` where there is none, and signatures are not checked.
    private func trustedKeys() throws -> TrustedKeys? {
        var keys: TrustedKeys?
        for path in key {
            let more = try readingKeys { () throws(KeyFileError) in try KeyFile.trustedKeys(at: path) }
            keys = try checking { () throws(RingCore.ValidationError) in try keys?.union(more) ?? more }
        }
        return keys
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

    /// Checks that one of the keys has signed it.
    mutating func check(_ keys: TrustedKeys) {
        do throws(SnapshotError) {
            try keys.check(snapshot)
            checks.append(("signature", nil))
        } catch {
            checks.append(("signature", "\(error.code.rawValue): \(error.problem)"))
        }
    }

    /// Checks that whoever has the other one may go on with this one.
    mutating func check(over current: Snapshot) {
        let (mine, its) = (current.place, snapshot.place)
        switch Snapshot.adoption(of: its, over: mine) {
        case .adopt, .keepSame: checks.append(("order", nil))
        case .ignoreOlder:
            let place = "epoch \(its.epoch), version \(its.version)"
            checks.append(("order", "\(place) is older than epoch \(mine.epoch), version \(mine.version)"))
        case .alarm:
            checks.append(("order", "the same epoch and version have another content: two writers, or a forgery"))
        }
    }

    /// Whether every check holds.
    var isIntact: Bool { checks.allSatisfy { $0.defect == nil } }

    private var signatureText: String {
        guard let signature = snapshot.signature else { return "none" }
        let isChecked = checks.contains { $0.name == "signature" }
        return "by key \(printable(signature.keyID))" + (isChecked ? "" : ", not checked")
    }

    var report: Report {
        var facts: [(String, String, Table.Tone?)] = [
            ("pool", snapshot.pool.text, nil), ("version", "\(snapshot.version)", nil),
            ("epoch", "\(snapshot.epoch)", nil), ("created", snapshot.createdAt.toTheSecond, nil),
            ("dialect", snapshot.dialect.name, nil), ("slots", "\(snapshot.slots.count)", nil),
            ("signature", signatureText, nil),
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
