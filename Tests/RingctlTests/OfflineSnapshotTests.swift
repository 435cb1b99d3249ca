import Foundation
import RingCore
import RingSnapshots
import RingTestSupport
import Testing

/// Goal: a snapshot file is judged as every client judges it.
///
/// Method: all of the conformance kit, which readers in other languages are held to as well.
struct OfflineSnapshotTests {
    @Test func judgesTheWholeKitAsClientsDo() async throws {
        // A person may name a pipe, and wait for it; and root reads what has no permissions.
        let cases = ConformanceKit.cases.filter { $0.recipe?.kind != "fifo" && $0.recipe?.kind != "unreadable" }
        #expect(cases.count > 160)
        for one in cases {
            let files = try OfflineFiles()
            var arguments = ["snapshot", "verify", try place(one, in: files), "--pool", one.pool]
            if let lines = one.keyLines {
                try files.write(Data(lines.utf8), to: "keys")
                arguments += ["--key", files.path + "/keys"]
            }
            if let current = one.current {
                try files.write(Data(snapshot(at: current).encoded()), to: "current.json")
                arguments += ["--over", files.path + "/current.json"]
            }
            let outcome = try await ringctl(arguments)
            if one.verdict == "adopt" || one.reason == "same" {
                #expect(outcome.status == 0, "\(one.name): \(outcome.output)\(outcome.error)")
                #expect(outcome.output.contains("check agreement  holds"), "\(one.name)")
            } else {
                #expect([1, 65].contains(outcome.status), "\(one.name): \(outcome.output)\(outcome.error)")
                #expect(outcome.output.contains("wrong: ") || outcome.error.hasPrefix("ringctl: "), "\(one.name)")
            }
        }
    }

    /// Puts what a case is about in the folder, and gives its path.
    private func place(_ one: ConformanceKit.Case, in files: OfflineFiles) throws -> String {
        if let file = one.file { return ConformanceKit.folder.appendingPathComponent(file).path }
        let path = files.path + "/ring.json"
        try one.put(at: path)
        return path
    }

    /// The ring that a case says the reader has: the kit's usual one, at another place.
    private func snapshot(at place: ConformanceKit.Place) throws -> Snapshot {
        let file = ConformanceKit.folder.appendingPathComponent("good/three-slots.json")
        let base = try Snapshot.decoding(Array(Data(contentsOf: file)))
        let parent = place.version == base.version.value ? base.parent : base.version
        let made = Snapshot(
            pool: base.pool,
            epoch: Epoch(place.epoch),
            version: RingVersion(place.version),
            parent: parent,
            createdAt: base.createdAt,
            change: base.change,
            dialect: base.dialect,
            keyHash: base.keyHash,
            slots: base.slots,
            agreement: base.agreement,
            auditHead: base.auditHead
        )
        #expect(made.digest.description == place.digest)
        return made
    }

    @Test func tellsFilesOfOtherPoolsApart() async throws {
        let file = ConformanceKit.folder.appendingPathComponent("good/three-slots.json").path
        let outcome = try await ringctl(["snapshot", "verify", file, "--pool", "of-another-name", "-o", "name"])
        #expect(outcome.status == 1)
        #expect(outcome.output == "broken\n")
    }

    @Test func saysWhoSignedAndThatNobodyChecked() async throws {
        let file = ConformanceKit.folder.appendingPathComponent("good/signed.json").path
        let outcome = try await ringctl(["snapshot", "verify", file])
        #expect(outcome.status == 0)
        #expect(outcome.output.contains("by key 2026-a, not checked"))
    }

    @Test func makesAKeyThatNobodyElseMayRead() async throws {
        let files = try OfflineFiles()
        let made = try await files.run("key", "generate", "signing.key", "--id", "2026-a")
        #expect(made.status == 0, "\(made.error)")
        #expect(made.output.contains("2026-a") && made.output.contains("signing.key.pub"))
        let attributes = try FileManager.default.attributesOfItem(atPath: files.path + "/signing.key")
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        let secret = try String(contentsOfFile: files.path + "/signing.key", encoding: .utf8)
        let line = try String(contentsOfFile: files.path + "/signing.key.pub", encoding: .utf8)
        #expect(line.hasPrefix("ringd-public-key 2026-a "))
        let listed = try await files.run("key", "list", "signing.key", "signing.key.pub", "-o", "json")
        #expect(listed.status == 0, "\(listed.error)")
        let bytes = try #require(secret.split(separator: " ").last?.split(separator: "\n").first)
        for outcome in [made, listed] { #expect(!(outcome.output + outcome.error).contains(bytes)) }
        #expect(listed.output.contains(line.split(separator: "\n")[0]))

        let again = try await files.run("key", "generate", "signing.key")
        #expect(again.status == 2 && again.error.contains("never overwritten"), "\(again.error)")
        let named = try await files.run("key", "generate", "other.key", "--id", "No Name")
        #expect(named.status == 2 && named.error.contains("key id"), "\(named.error)")
        let wrong = try await files.run("key", "list", "/dev/null")
        #expect(wrong.status == 65, "\(wrong.error)")
        let file = ConformanceKit.folder.appendingPathComponent("good/signed.json").path
        let secretKey = try await files.run("snapshot", "verify", file, "--key", "signing.key")
        #expect(secretKey.status == 65 && secretKey.error.contains("is a private key"), "\(secretKey.error)")
    }
}
