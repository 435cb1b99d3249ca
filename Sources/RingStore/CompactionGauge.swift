import Glibc

/// How far a compaction is, for any thread to ask while it runs.
///
/// VACUUM tells nothing while it works, but the system counts the bytes that its thread writes: the contents go to a file
/// of their own, from there to the log, and from the log into the database.
package struct CompactionGauge: Hashable, Sendable {
    /// The bytes that are written in all, more rather than fewer until the new length is known; it never rises.
    package private(set) var total: Int64

    private let counters: String
    private let start: Int64

    /// - Parameter contents: the bytes of the database without its free pages, which may have holes as well.
    /// - Returns: a gauge of what the calling thread writes from now on; `nil` where the system does not count.
    init?(contents: Int64) {
        var link = [CChar](repeating: 0, count: 64)
        // Where this points to, `7/task/9`, is the same thread for the others who ask.
        let length = readlink("/proc/thread-self", &link, link.count)
        guard length > 0 else { return nil }
        counters = "/proc/\(String(decoding: link[..<length].map { UInt8(bitPattern: $0) }, as: UTF8.self))/io"
        guard let start = Self.written(counters) else { return nil }
        self.start = start
        total = 3 * contents
    }

    /// The bytes that are written so far, never more than ``total``.
    package var done: Int64 { min(total, max(0, (Self.written(counters) ?? start) - start)) }

    /// The gauge from when only the checkpoint is left, which writes the new contents once.
    func beforeCheckpoint(of contents: Int64) -> CompactionGauge {
        var gauge = self
        gauge.total = min(total, done + contents)
        return gauge
    }

    /// What the thread with these counters has given to `write` and its like, to a file or not, in bytes.
    private static func written(_ counters: String) -> Int64? {
        let descriptor = open(counters, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: 1024)
        let count = read(descriptor, &buffer, buffer.count)
        guard count > 0 else { return nil }
        let lines = String(decoding: buffer[..<count], as: UTF8.self).split(separator: "\n")
        return lines.first { $0.hasPrefix("wchar: ") }.flatMap { Int64($0.dropFirst("wchar: ".count)) }
    }
}
