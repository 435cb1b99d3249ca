import Foundation
import RingCore
import RingSnapshots
import Testing

@Suite struct SnapshotDigestTests {
    /// The format promises that every language can check the digest from a few lines of description: so one does.
    @Test func agreesWithAnIndependentProgram() throws {
        let options = [DialectChoice.Option(name: "vnodes", value: "100"), .init(name: "hash", value: "crc32")]
        let snapshots = [
            try Sample.snapshot(),
            try Sample.snapshot(epoch: 9, version: 1, parent: nil, options: options),
            try Sample.snapshot(slots: (1...200).map { try Sample.slot($0, weight: $0, points: nil, zone: "ü\($0)") }),
        ]
        for snapshot in snapshots {
            #expect(try Self.independentDigest(of: snapshot.encoded()) == snapshot.digest.description)
        }
    }

    @Test func coversTheMeaningAndNotTheStory() throws {
        let original = try Sample.snapshot()
        let signed = try Sample.snapshot(
            reason: "another one",
            continuum: .init(hashes: [1], slots: [0]),
            signature: .init(keyID: "k", ed25519: [UInt8](repeating: 1, count: 64))
        )
        #expect(signed.digest == original.digest)
        let slots = original.slots
        let others = [
            try Sample.snapshot(epoch: 2),
            try Sample.snapshot(version: 43),
            try Sample.snapshot(parent: 40),
            try Sample.snapshot(options: [.init(name: "a", value: "b")]),
            try Sample.snapshot(slots: slots.reversed()),
            try Sample.snapshot(slots: Array(slots.dropLast())),
            try Sample.snapshot(slots: [try Sample.slot(1, weight: 101, zone: "a")] + slots.dropFirst()),
            try Sample.snapshot(slots: [try Sample.slot(1, points: 159, zone: "a")] + slots.dropFirst()),
            try Sample.snapshot(slots: [try Sample.slot(1, state: .held, zone: "a")] + slots.dropFirst()),
            try Sample.snapshot(slots: [try Sample.slot(1, label: "l", zone: "a")] + slots.dropFirst()),
            try Sample.snapshot(slots: [try Sample.slot(1)] + slots.dropFirst()),
        ]
        #expect(Set((others + [original]).map(\.digest)).count == others.count + 1)
    }

    @Test func signsTheDigestForThisUseAlone() throws {
        let snapshot = try Sample.snapshot()
        let text = String(decoding: snapshot.signedBytes, as: UTF8.self)
        #expect(text == "ringd-snapshot-signature-v1\nsha256:" + Sample.digestText)
    }

    @Test func verifiesPoolAndDigest() throws {
        let snapshot = try Sample.snapshot()
        try snapshot.verify(expectedPool: PoolName("sessions"))
        #expect(throws: SnapshotError.self) { try snapshot.verify(expectedPool: PoolName("other")) }
        let altered = Sample.file.replacingFirst("\"weight\": 100,", with: "\"weight\": 101,")
        let error = #expect(throws: SnapshotError.self) {
            try Snapshot.decoding(Array(altered.utf8)).verify(expectedPool: PoolName("sessions"))
        }
        #expect(error?.code == .digestMismatch)
    }

    @Test func parsesDigestsStrictly() {
        let text = Sample.digest(0xAB).description
        #expect(Digest(parsing: text) == Sample.digest(0xAB))
        for wrong in [text.uppercased(), String(text.dropLast()), text + "0", "md5:" + text.dropFirst(7), ""] {
            #expect(Digest(parsing: wrong) == nil)
        }
    }

    static func independentDigest(of file: [UInt8]) throws -> String {
        let process = Process()
        let (input, output) = (Pipe(), Pipe())
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(
            path: "independent_digest.py"
        )
        process.arguments = ["python3", script.path]
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        try input.fileHandleForWriting.write(contentsOf: Data(file))
        try input.fileHandleForWriting.close()
        let text = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        return text.split(separator: "\n").first.map(String.init) ?? ""
    }
}
