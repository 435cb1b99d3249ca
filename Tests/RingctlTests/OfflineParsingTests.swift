import Foundation
import Testing

@testable import ringctl

/// Goal: whatever a file holds, its readers answer or refuse, and never trap.
struct OfflineParsingTests {
    /// Method: lists put together from the pieces that mean something, and from any bytes, by a seed.
    @Test(arguments: 0..<4)
    func readsAnyServerList(seed: UInt64) throws {
        var generator = Sequence64(state: seed)
        let pieces = [
            "a", ":", "11211", "[", "]", "::1", "/", " ", "\t", "\n", "\r", "#", "0", "-1", "1.5", ".", "1e9", "{", "}",
            "\"host\"", "\"weight\"", ",", "null", "é", "\u{0}", "9999999999999999999", "\\", "\"",
        ]
        let files = try OfflineFiles()
        let path = files.path + "/servers"
        var read = 0
        for _ in 0..<2000 {
            let text = (0..<Int.random(in: 0...14, using: &generator)).map { _ in
                pieces.randomElement(using: &generator) ?? ""
            }
            var bytes = Array(text.joined().utf8)
            if Bool.random(using: &generator), !bytes.isEmpty {
                bytes[Int.random(in: 0..<bytes.count, using: &generator)] = .random(in: 0...255, using: &generator)
            }
            try files.write(Data(bytes), to: "servers")
            do {
                read += try ServerList(path: path).servers.count
            } catch {
                #expect((error as? CommandFailure)?.status == .badData)
            }
        }
        #expect(read > 50)
    }

    /// The same array cut at every byte is refused, and whole it gives its keys.
    @Test func readsAnArrayOfKeysWholeOrNotAtAll() throws {
        let text = Array("[ \"a\", \"b\\u00e9\\\"\",\n\"\", \"日本\" ] ".utf8)
        let files = try OfflineFiles()
        for end in 0...text.count {
            try files.write(Data(text[..<end]), to: "keys")
            var source = KeyArray(try InputFile(path: files.path + "/keys"))
            var batch = KeyBatch(bytes: [])
            do {
                #expect(try source.read(into: &batch))
                #expect(end >= text.count - 1)
                let keys = batch.keys.map { String(decoding: batch.bytes[$0], as: UTF8.self) }
                #expect(keys == ["a", "bé\"", "", "日本"])
                #expect(batch.unusual == 1)
                #expect(try !source.read(into: &batch))
            } catch {
                #expect(end < text.count - 1)
                #expect((error as? CommandFailure)?.status == .badData)
            }
        }
    }

    /// A line of one key is found although it is longer than several reads.
    @Test func readsALineLongerThanTheBuffer() throws {
        let files = try OfflineFiles()
        let long = [UInt8](repeating: 0x61, count: 3 * KeyLines.pieceSize + 17)
        try files.write(Data(Array("first\n".utf8) + long + Array("\nlast".utf8)), to: "keys")
        var source = KeyLines(try InputFile(path: files.path + "/keys"))
        var batch = KeyBatch(bytes: [])
        var lengths: [Int] = []
        var unusual = 0
        while try source.read(into: &batch) {
            lengths += batch.keys.map(\.count)
            unusual += batch.unusual
        }
        #expect(lengths == [5, long.count, 4])
        #expect(unusual == 1)
    }

    @Test func showsHowFarItHasCome() {
        let known = EvaluationProgress.line(keys: 3_140_000, bytes: 27, total: 100, elapsed: .milliseconds(250))
        #expect(known == "[######                  ]  27 %  3.1 M keys  12.5 M/s  1 s left")
        let unknown = EvaluationProgress.line(keys: 250_000, bytes: 27, total: nil, elapsed: .zero)
        #expect(unknown == "0.2 M keys")
    }
}

/// Numbers from a seed (SplitMix64), the same in every run.
private struct Sequence64: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
