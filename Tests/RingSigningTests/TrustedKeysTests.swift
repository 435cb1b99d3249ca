import RingCore
import RingSigning
import RingSnapshots
import Testing

/// Goal: with keys, nothing is taken but what one of them has signed.
@Suite struct TrustedKeysTests {
    private static let digest = Digest([UInt8](repeating: 7, count: 32))

    private func snapshot(version: Int64 = 42, signedBy key: SigningKey?) throws -> Snapshot {
        func made(_ signature: Snapshot.Signature?) throws -> Snapshot {
            Snapshot(
                pool: try PoolName("sessions"),
                epoch: Epoch(1),
                version: RingVersion(version),
                parent: nil,
                createdAt: WallTime(milliseconds: 1_795_343_700_123),
                change: .init(
                    event: EventID(1),
                    kind: "add",
                    actor: "alice",
                    node: nil,
                    reason: "",
                    movedShare: .none,
                    coldShare: .none
                ),
                dialect: .pinnedKetama,
                keyHash: "md5",
                slots: [],
                agreement: Self.digest,
                auditHead: Self.digest,
                signature: signature
            )
        }
        return try made(key.map { try $0.signature(of: made(nil).digest) })
    }

    private func refusal(_ snapshot: Snapshot, by keys: TrustedKeys) -> SnapshotError.Code? {
        do throws(SnapshotError) {
            try keys.check(snapshot)
            return nil
        } catch {
            return error.code
        }
    }

    @Test func takesWhatIsSignedByAKeyOfTheirs() throws {
        let (old, new) = (try SigningKey.generate(id: "2025-b"), try SigningKey.generate(id: "2026-a"))
        let both = try TrustedKeys([new.publicKey, old.publicKey])
        #expect(refusal(try snapshot(signedBy: old), by: both) == nil)
        #expect(refusal(try snapshot(signedBy: new), by: both) == nil)
    }

    @Test func refusesWhatIsUnsignedOrSignedByAnother() throws {
        let key = try SigningKey.generate(id: "2026-a")
        let keys = try TrustedKeys([key.publicKey])
        #expect(refusal(try snapshot(signedBy: nil), by: keys) == .unsigned)
        #expect(refusal(try snapshot(signedBy: SigningKey.generate(id: "2025-b")), by: keys) == .unknownKey)
        #expect(refusal(try snapshot(signedBy: SigningKey.generate(id: "2026-a")), by: keys) == .badSignature)
    }

    @Test func refusesASignatureOfAnotherVersion() throws {
        let key = try SigningKey.generate(id: "2026-a")
        let signature = try snapshot(version: 41, signedBy: key).signature
        let other = try snapshot(version: 42, signedBy: nil)
        let replayed = Snapshot(
            pool: other.pool,
            epoch: other.epoch,
            version: other.version,
            parent: nil,
            createdAt: other.createdAt,
            change: other.change,
            dialect: other.dialect,
            keyHash: other.keyHash,
            slots: [],
            agreement: other.agreement,
            auditHead: other.auditHead,
            signature: signature
        )
        #expect(refusal(replayed, by: try TrustedKeys([key.publicKey])) == .badSignature)
    }

    /// Every bit counts: of the signature, and of the digest that it is over.
    @Test func refusesEverySignatureWithABitFlipped() throws {
        let key = try SigningKey.generate(id: "2026-a")
        let keys = try TrustedKeys([key.publicKey])
        let good = try snapshot(signedBy: key)
        let signature = try #require(good.signature)
        for bit in stride(from: 0, to: 512, by: 7) {
            var bytes = signature.ed25519
            bytes[bit / 8] ^= 1 << UInt8(bit % 8)
            let bad = Snapshot(
                pool: good.pool,
                epoch: good.epoch,
                version: good.version,
                parent: nil,
                createdAt: good.createdAt,
                change: good.change,
                dialect: good.dialect,
                keyHash: good.keyHash,
                slots: [],
                agreement: good.agreement,
                auditHead: good.auditHead,
                signature: .init(keyID: signature.keyID, ed25519: bytes)
            )
            #expect(refusal(bad, by: keys) == .badSignature, "bit \(bit)")
        }
    }

    @Test func readsSeveralKeysWithComments() throws {
        let (old, new) = (try SigningKey.generate(id: "2025-b"), try SigningKey.generate(id: "2026-a"))
        let text = "# until March\n\(old.publicKey.line)\r\n\n\(new.publicKey.line)\n\(new.publicKey.line)\n"
        let keys = try TrustedKeys(parsing: text)
        #expect(keys.keys == [old.publicKey, new.publicKey])
        #expect(keys["2026-a"] == new.publicKey)
        #expect(keys["2024-c"] == nil)
    }

    @Test(arguments: [
        ("", "there is no key"), ("# nothing\n", "there is no key"), ("hello\n", "is no key"),
        ("ringd-public-key 2026-a\n", "is no key"), ("ringd-public-key 2026-a AAAA\n", "has 3 bytes"),
        ("ringd-public-key 2026-a *\n", "is not in base64"),
        (
            "ringd-public-key 2026/a AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
            "a character that a name may not have"
        ),
        ("ringd-private-key 2026-a AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n", "is a private key"),
        (
            "ringd-public-key a AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
                + "ringd-public-key a AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE=\n", "two keys are called 'a'"
        ),
    ]) func refusesWhatIsNoListOfPublicKeys(text: String, problem: String) throws {
        let error = #expect(throws: ValidationError.self) { try TrustedKeys(parsing: text) }
        #expect(error?.problem.contains(problem) == true, "\(error.map(String.init(describing:)) ?? "")")
        #expect(error?.hint.isEmpty == false)
    }
}
