import Glibc
import RingCore

/// A file that the operator named, or standard input for `-`, open for reading.
///
/// Reads go to the kernel in large pieces; nothing is held beyond what the caller keeps.
final class InputFile {
    /// The name as messages show it.
    let name: String
    /// The size of a regular file; `nil` for a pipe or a terminal.
    let size: Int?
    private let descriptor: Int32

    /// Opens `path`.
    ///
    /// - Throws: `CommandFailure` of status 65 where there is no such file, or it is a directory.
    init(path: String) throws {
        name = path == "-" ? "standard input" : path.onOneLine
        descriptor = path == "-" ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Self.unreadable(name, errno) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw Self.unreadable(name, errno) }
        guard status.st_mode & S_IFMT != S_IFDIR else {
            if descriptor != STDIN_FILENO { close(descriptor) }
            throw CommandFailure(.badData, "\(name): this is a directory", hint: "name a file in it")
        }
        size = status.st_mode & S_IFMT == S_IFREG ? Int(status.st_size) : nil
    }

    deinit {
        if descriptor > STDERR_FILENO { close(descriptor) }
    }

    /// Reads what is there into the end of `buffer`, at least one byte; 0 at the end of the file.
    func read(into buffer: inout [UInt8], from start: Int) throws -> Int {
        while true {
            let count = buffer.withUnsafeMutableBytes { bytes in
                Glibc.read(descriptor, bytes.baseAddress.map { $0 + start }, bytes.count - start)
            }
            if count >= 0 { return count }
            guard errno == EINTR else { throw Self.unreadable(name, errno) }
        }
    }

    /// The whole content of a file that is held in memory.
    ///
    /// - Throws: `CommandFailure` of status 65 beyond `limit` bytes.
    static func contents(of path: String, limit: Int) throws -> [UInt8] {
        let file = try InputFile(path: path)
        var bytes = [UInt8](repeating: 0, count: min(limit, file.size ?? 65_536) + 1)
        var filled = 0
        while case let count = try file.read(into: &bytes, from: filled), count > 0 {
            filled += count
            guard filled <= limit else {
                throw CommandFailure(
                    .badData,
                    "\(file.name): more than \(limit >> 20) MiB",
                    hint: "give a smaller file"
                )
            }
            if filled == bytes.count { bytes += [UInt8](repeating: 0, count: min(bytes.count, limit + 1 - filled)) }
        }
        bytes.removeLast(bytes.count - filled)
        return bytes
    }

    private static func unreadable(_ name: String, _ code: Int32) -> CommandFailure {
        let reason = strerror(code).map { String(cString: $0) } ?? "error \(code)"
        return CommandFailure(.badData, "\(name): \(reason)", hint: "check the path and who may read it")
    }
}

/// A place in a text file; both count from 1, and a column is a byte.
struct TextPosition: Hashable {
    var line: Int
    var column: Int
}

extension CommandFailure {
    /// A file whose content is not acceptable: `FILE:LINE:COLUMN: problem`.
    init(in file: String, at position: TextPosition, field: String? = nil, _ problem: String, hint: String) {
        self.init(
            .badData,
            field: field,
            "\(file):\(position.line):\(position.column): \(problem)",
            hint: hint
        )
    }
}
