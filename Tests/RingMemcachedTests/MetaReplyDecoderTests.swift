import NIOCore
import Testing

@testable import RingMemcached

struct MetaReplyDecoderTests {
    static let stream: [UInt8] = Array(
        ("VA 3 f5 c18446744073709551615 O7\r\nx\r\n\r\nEN\r\nEN O8\r\nHD c2 O9\r\nNS\r\nEX O1 b\r\nNF kfoo\r\nMN\r\nOK\r\n"
            + "VA 0 t-1 O2\r\n\r\nSERVER_ERROR out of memory\r\nCLIENT_ERROR bad\u{1B}line\r\nERROR\r\n").utf8
    )

    static let replies: [MetaReply] = [
        .value(MemcachedValue(bytes: Array("x\r\n".utf8), flags: 5, cas: .max), token: 7),
        .status(.miss, token: nil), .status(.miss, token: 8), .status(.done, token: 9), .status(.notStored, token: nil),
        .status(.changed, token: 1), .status(.notFound, token: nil), .noop, .ok,
        .value(MemcachedValue(bytes: []), token: 2), .trouble(.server, "out of memory"),
        .trouble(.client, "bad?line"), .trouble(.unknownCommand, "ERROR"),
    ]

    @Test func readsTheSameWhereverTheReadsAreCut() throws {
        for first in 0...Self.stream.count {
            for second in Set([first, min(first + 1, Self.stream.count), min(first + 7, Self.stream.count)]) {
                let pieces = [Self.stream[..<first], Self.stream[first..<second], Self.stream[second...]]
                #expect(try decode(pieces) == Self.replies)
            }
        }
        #expect(try decode(Self.stream.map { [$0][...] }) == Self.replies)
    }

    @Test(arguments: [
        "VA x\r\n", "VA -1\r\n", "VA 1025\r\n", "VA 99999999999999999999 \r\n", "VA 1 f4294967296\r\nx\r\n",
        "VA 1 cx\r\nx\r\n", "VA 1 c\r\nx\r\n", "VA 1 O-1\r\nx\r\n", "VA 1\r\nxy\r\n", "HD\n", "\r\n", "\n", "hd\r\n",
        "HDX\r\n",
        "VALUE a 0 1\r\n", "MN \r\n", String(repeating: "x", count: 2050),
    ])
    func refuses(_ text: String) {
        #expect(throws: MetaReplyDecoder.Violation.self) { try decode([Array(text.utf8)[...]]) }
    }

    @Test(arguments: 0..<200 as Range<UInt64>)
    func staysBoundedWhateverTheServerSays(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<50 {
            var decoder = MetaReplyDecoder(maximumValueLength: 1024)
            for _ in 0..<40 {
                decoder.append(ByteBuffer(bytes: random.noise(Int.random(in: 1...300, using: &random))))
                do throws(MetaReplyDecoder.Violation) {
                    while let reply = try decoder.next() {
                        if case .value(let value, _) = reply { #expect(value.bytes.count <= 1024) }
                    }
                    #expect(decoder.heldBytes <= 2048 + 1024 + 300)
                } catch {
                    #expect(error.detail.utf8.allSatisfy { (0x20...0x7E).contains($0) })
                    break
                }
            }
        }
    }

    private func decode(_ pieces: [ArraySlice<UInt8>]) throws -> [MetaReply] {
        var decoder = MetaReplyDecoder(maximumValueLength: 1024)
        var replies: [MetaReply] = []
        for piece in pieces {
            decoder.append(ByteBuffer(bytes: piece))
            while let reply = try decoder.next() { replies.append(reply) }
        }
        #expect(decoder.heldBytes == 0)
        return replies
    }
}
