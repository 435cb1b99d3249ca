import Glibc

/// Keys one a line, as raw bytes: whatever stands between two line feeds.
///
/// Lines are found in the buffer into which the file is read, and never copied but for the one that a read cuts.
struct KeyLines: KeySource {
    private let file: InputFile
    /// The part of the buffer that holds the beginning of a line whose end is yet to be read.
    private var rest = 0..<0
    private var line = 1
    private var isAtEnd = false
    private(set) var bytesRead = 0

    /// One read: large enough for calls to cost nothing, small enough for the cache.
    static let pieceSize = 256 << 10
    /// A longer line is a file of another kind.
    static let longestLine = 16 << 20

    init(_ file: InputFile) { self.file = file }

    mutating func read(into batch: inout KeyBatch) throws -> Bool {
        batch.keys.removeAll(keepingCapacity: true)
        while batch.keys.isEmpty {
            guard !isAtEnd else { return false }
            let end = try fill(&batch)
            let oddBytes = split(&batch, end)
            // Each line feed is such a byte itself.
            let lineFeeds = batch.keys.count
            if isAtEnd, !rest.isEmpty {
                batch.keys.append(rest)
                rest = end..<end
            }
            batch.countUnusual(hasOddBytes: oddBytes > lineFeeds)
            line += lineFeeds
        }
        return true
    }

    /// Moves the rest to the front, reads once behind it, and returns where the bytes end.
    private mutating func fill(_ batch: inout KeyBatch) throws -> Int {
        let kept = rest.count
        if batch.bytes.isEmpty { batch.bytes = [UInt8](repeating: 0, count: Self.pieceSize) }
        if kept > 0, rest.lowerBound > 0 {
            batch.bytes.withUnsafeMutableBytes { bytes in
                guard let start = bytes.baseAddress else { return }
                memmove(start, start + rest.lowerBound, kept)
            }
        }
        if kept == batch.bytes.count {
            guard kept < Self.longestLine else {
                throw CommandFailure(
                    in: file.name,
                    at: TextPosition(line: line, column: 1),
                    "a line of more than \(Self.longestLine >> 20) MiB",
                    hint: "give one key a line"
                )
            }
            batch.bytes += [UInt8](repeating: 0, count: kept)
        }
        let count = try file.read(into: &batch.bytes, from: kept)
        isAtEnd = count == 0
        bytesRead += count
        rest = 0..<kept + count
        return kept + count
    }

    /// Cuts the bytes up to `end` into lines, leaves the last one as the rest, and counts spaces and control characters.
    private mutating func split(_ batch: inout KeyBatch, _ end: Int) -> Int {
        var odd = 0
        var start = 0
        batch.bytes.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress else { return }
            for byte in bytes[..<end] { odd &+= (byte <= 0x20 ? 1 : 0) &+ (byte == 0x7F ? 1 : 0) }
            while start < end, let found = memchr(base + start, 0x0A, end - start) {
                let stop = UnsafeRawPointer(found) - base
                batch.keys.append(start..<stop)
                start = stop + 1
            }
        }
        rest = start..<end
        return odd
    }
}
