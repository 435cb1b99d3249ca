import Foundation
import Testing

@testable import RingCore

/// Values of the reference implementations for 115 inputs of 0 to 300 bytes.
struct HashTests {
    private static let recorded: [(name: String, hash: @Sendable (Span<UInt8>) -> UInt64)] = [
        ("libhashkit:one_at_a_time", { HashFunction.oneAtATime(isSigned: true)($0) }),
        ("libhashkit:md5", { HashFunction.md5($0) }),
        ("libhashkit:crc32", { HashFunction.crc15($0) }),
        ("libhashkit:fnv1_64", { HashFunction.fnv1In64Bits($0) }),
        ("libhashkit:fnv1a_64", { HashFunction.fnv1aNamed64($0) }),
        ("libhashkit:fnv1_32", { HashFunction.fnv1(isSigned: true)($0) }),
        ("libhashkit:fnv1a_32", { HashFunction.fnv1a(isSigned: true)($0) }),
        ("libhashkit:murmur", { HashFunction.murmur($0) }),
        ("libhashkit:murmur3", { HashFunction.murmur3($0) }),
        ("libhashkit:jenkins", { HashFunction.jenkins($0) }),
        ("crc32-ieee", { HashFunction.crc32($0) }),
        ("md5-first-word-le", { HashFunction.md5($0) }),
        ("sha1-first-word-be", { HashFunction.sha1($0) }),
        ("murmur3-x86-32-seed0", { HashFunction.murmur3Unseeded($0) }),
        ("xxh64-seed0", { xxh64($0, seed: 0) }),
        ("xxh64-seed1", { xxh64($0, seed: 1) }),
        ("xxh3-64-seed0", { XXH3.hash($0, seed: 0) }),
    ]

    @Test func hashesAsTheReferencesDo() throws {
        let file = try #require(JSONSerialization.jsonObject(with: VectorFile.data("hashes")) as? [String: Any])
        let inputs = try #require(file["inputs_hex"] as? [String]).map(bytes(hexadecimal:))
        let hashes = try #require(file["hashes"] as? [String: [Any]])
        #expect(Set(hashes.keys) == Set(Self.recorded.map(\.name)))
        for (name, hash) in Self.recorded {
            let values = try #require(hashes[name])
            #expect(values.count == inputs.count)
            for (input, value) in zip(inputs, values) {
                let expected = try #require(UInt64("\(value)"))
                #expect(hash(input.span) == expected, "\(name) of \(input.count) bytes")
            }
        }
    }

    @Test func jumpsAsTheReferenceDoes() throws {
        let file = try #require(JSONSerialization.jsonObject(with: VectorFile.data("hashes")) as? [String: Any])
        let rows = try #require((file["jump"] as? [String: Any])?["rows"] as? [[Any]])
        #expect(rows.count == 300)
        for row in rows {
            let key = try #require(UInt64("\(row[0])"))
            let count = try #require(row[1] as? Int)
            #expect(jumpHash(key, count: count) == row[2] as? Int)
        }
    }

    @Test func hashesWholeMessagesAsTheStandardsSay() {
        #expect(MD5(Array("abc".utf8)).bytes.hexadecimal == "900150983cd24fb0d6963f7d28e17f72")
        #expect(
            SHA256.hash("abc").hexadecimal == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        )
        // FIPS 180-2, the message of two blocks.
        let twoBlocks = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"
        #expect(
            SHA256.hash(twoBlocks).hexadecimal == "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        )
    }

    @Test func sha256DoesNotDependOnHowTheMessageIsCut() {
        let message = (0..<300).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        let whole = SHA256.hash(message)
        for cut in [0, 1, 55, 56, 63, 64, 65, 127, 128, 200, 300] {
            var hash = SHA256()
            hash.update(Array(message[..<cut]))
            hash.update(Array(message[cut...]))
            #expect(hash.finalize() == whole, "cut at \(cut)")
        }
    }

    private func bytes(hexadecimal text: String) -> [UInt8] {
        let digits = Array(text.utf8).map { $0 >= 0x61 ? $0 - 0x57 : $0 - 0x30 }
        return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }
}
