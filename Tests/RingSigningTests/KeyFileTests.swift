import Foundation
import RingCore
import RingSigning
import RingSnapshots
import Testing

@Suite struct KeyFileTests {
    private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("keys-\(UUID().uuidString)")

    private func path(_ name: String) throws -> String {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        return folder.appendingPathComponent(name).path
    }

    private func mode(_ path: String) throws -> Int {
        try #require(FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int)
    }

    @Test func writesAPrivateKeyForOneAndAPublicKeyForAll() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let key = try SigningKey.generate(id: "2026-a")
        let file = try path("signing.key")
        try KeyFile.write(key, to: file)
        #expect(try mode(file) == 0o600)
        #expect(try mode(file + ".pub") == 0o644)
        let digest = Digest([UInt8](repeating: 1, count: 32))
        #expect(try KeyFile.signingKey(at: file).publicKey == key.publicKey)
        #expect(try KeyFile.signingKey(at: file).signature(of: digest) == key.signature(of: digest))
        #expect(try KeyFile.trustedKeys(at: file + ".pub").keys == [key.publicKey])
    }

    @Test func neverOverwritesAKey() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = try path("signing.key")
        try KeyFile.write(.generate(id: nil), to: file)
        let before = try String(contentsOfFile: file, encoding: .utf8)
        #expect(throws: KeyFileError.self) { try KeyFile.write(.generate(id: nil), to: file) }
        #expect(try String(contentsOfFile: file, encoding: .utf8) == before)
        try FileManager.default.removeItem(atPath: file)
        #expect(throws: KeyFileError.self) { try KeyFile.write(.generate(id: nil), to: file) }
        #expect(!FileManager.default.fileExists(atPath: file), "a private key without its public one was left behind")
    }

    @Test(arguments: [0o640, 0o604, 0o644, 0o660, 0o700, 0o601]) func refusesAPrivateKeyThatOthersMayRead(mode: Int)
        throws
    {
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = try path("signing.key")
        try KeyFile.write(.generate(id: nil), to: file)
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file)
        let error = #expect(throws: KeyFileError.self) { try KeyFile.signingKey(at: file) }
        #expect(error?.problem.contains("0\(String(mode, radix: 8))") == true)
        #expect(error?.hint.contains("chmod 600") == true)
    }

    @Test func takesAPrivateKeyThatNobodyMayWrite() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = try path("signing.key")
        try KeyFile.write(.generate(id: nil), to: file)
        try FileManager.default.setAttributes([.posixPermissions: 0o400], ofItemAtPath: file)
        #expect(throws: Never.self) { try KeyFile.signingKey(at: file) }
    }

    @Test func tellsTheTwoKindsApart() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = try path("signing.key")
        try KeyFile.write(.generate(id: "2026-a"), to: file)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file + ".pub")
        let first = #expect(throws: KeyFileError.self) { try KeyFile.signingKey(at: file + ".pub") }
        #expect(first?.problem.contains("is a public key") == true)
        let second = #expect(throws: KeyFileError.self) { try KeyFile.trustedKeys(at: file) }
        #expect(second?.problem.contains("is a private key") == true)
    }

    @Test func refusesWhatIsNoKeyFile() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        #expect(throws: KeyFileError.self) { try KeyFile.signingKey(at: try path("missing")) }
        #expect(throws: KeyFileError.self) { try KeyFile.trustedKeys(at: folder.path) }
        let large = try path("large")
        try Data(repeating: 0x23, count: 20 << 10).write(to: URL(fileURLWithPath: large))
        let error = #expect(throws: KeyFileError.self) { try KeyFile.trustedKeys(at: large) }
        #expect(error?.problem.contains("16 KiB") == true)
    }

    /// Whatever is printed, logged or dumped of the key, the secret is not in it.
    @Test func neverShowsTheSecret() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = try path("signing.key")
        let key = try SigningKey.generate(id: "2026-a")
        try KeyFile.write(key, to: file)
        let line = try String(contentsOfFile: file, encoding: .utf8)
        let secret = try #require(line.split(separator: " ").last).trimmingCharacters(in: .whitespacesAndNewlines)
        var dumped = ""
        dump(key, to: &dumped)
        for text in ["\(key)", String(describing: key), String(reflecting: key), dumped] {
            #expect(!text.contains(secret))
            #expect(text.contains("2026-a"))
        }
    }

    @Test func namesAKeyByItselfWhereNobodyElseDoes() throws {
        let key = try SigningKey.generate(id: nil)
        #expect(key.id.count == 16)
        #expect(key.id.allSatisfy { $0.isHexDigit })
        #expect(throws: ValidationError.self) { try SigningKey.generate(id: "Not A Name") }
    }
}
