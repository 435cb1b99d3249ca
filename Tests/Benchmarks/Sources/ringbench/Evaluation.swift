import Foundation

/// `ringctl ring eval` over ten million keys from a file.
struct Evaluation {
    /// What a key costs, in nanoseconds of the processor, reading and printing included.
    let nanoseconds: Double

    private static let keys = 10_000_000

    /// - Parameter ringctl: the path of an optimised build.
    init(ringctl: String) throws {
        let room = FileManager.default.temporaryDirectory.appending(path: "ringbench-\(getpid())-eval")
        try FileManager.default.createDirectory(at: room, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: room) }
        let (servers, keys) = (room.appending(path: "servers"), room.appending(path: "keys"))
        let lines = (0..<100).map { "10.0.\($0 / 50).\($0 % 50 + 1):11211\n" }.joined()
        try Data(lines.utf8).write(to: servers)
        try Self.writeKeys(to: keys)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: ringctl)
        process.arguments = [
            "ring", "eval", "--dialect", "libmemcached-ketama-weighted", "--servers", servers.path, "--keys", keys.path,
        ]
        process.standardOutput = FileHandle(forWritingAtPath: "/dev/null")
        let before = Self.childrenNanoseconds()
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw CocoaError(.executableNotLoadable) }
        nanoseconds = (Self.childrenNanoseconds() - before) / Double(Self.keys)
    }

    /// Writes keys of 20 bytes, a line each.
    private static func writeKeys(to file: URL) throws {
        try Data().write(to: file)
        let handle = try FileHandle(forWritingTo: file)
        defer { try? handle.close() }
        let batch = 100_000
        for first in stride(from: 0, to: keys, by: batch) {
            var text = ""
            for number in first..<first + batch {
                let digits = String(number)
                text += "key:" + String(repeating: "0", count: 16 - digits.utf8.count) + digits + "\n"
            }
            try handle.write(contentsOf: Data(text.utf8))
        }
    }

    private static func childrenNanoseconds() -> Double {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_CHILDREN.rawValue), &usage)
        let seconds = usage.ru_utime.tv_sec + usage.ru_stime.tv_sec
        return Double(seconds) * 1e9 + Double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1e3
    }
}
