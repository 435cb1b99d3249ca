import Foundation

/// A directory of its own for the files of one test, removed when the test lets go of it.
final class OfflineFiles: Sendable {
    let path: String

    init(_ files: [String: String] = [:]) throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("ringctl-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        path = directory.path
        for (name, text) in files { try write(Data(text.utf8), to: name) }
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ data: Data, to name: String) throws {
        try data.write(to: URL(fileURLWithPath: path).appendingPathComponent(name))
    }

    /// Runs the built `ringctl` in the directory; `input` is a file that becomes standard input.
    func run(_ arguments: String..., input: String? = nil) async throws -> Outcome {
        // The shell replaces itself, so the status is that of the program.
        let launcher = input.map { ["/bin/sh", "-c", "exec \"$0\" \"$@\" < '\($0)'"] } ?? []
        return try await ringctl(arguments, directory: path, by: launcher)
    }

    /// The tests of all targets.
    static let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
}
