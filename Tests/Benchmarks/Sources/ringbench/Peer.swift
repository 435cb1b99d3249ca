import Foundation

/// Figures of another implementation, measured in the same run; empty where it is not installed.
struct Peer {
    let name: String
    /// By name of the figure, in nanoseconds.
    private(set) var figures: [String: Double] = [:]
    private(set) var version = "not installed"

    /// libmemcached, through a program compiled on the spot.
    static func libmemcached(slots: [Int]) -> Peer {
        var peer = Peer(name: "libmemcached")
        guard let source = Bundle.module.url(forResource: "Peers/libmemcached", withExtension: "c") else { return peer }
        let program = FileManager.default.temporaryDirectory.appending(path: "ringbench-\(getpid())-libmemcached")
        defer { try? FileManager.default.removeItem(at: program) }
        let arguments = ["cc", "-O2", "-o", program.path, source.path, "-lmemcached", "-lhashkit"]
        guard output(of: "/usr/bin/env", arguments) != nil else { return peer }
        peer.read(output(of: program.path, slots.map(String.init)))
        return peer
    }

    /// uhashring, where Python has it.
    static func uhashring() -> Peer {
        var peer = Peer(name: "uhashring")
        guard let script = Bundle.module.url(forResource: "Peers/build_uhashring", withExtension: "py") else {
            return peer
        }
        peer.read(output(of: "/usr/bin/env", ["python3", script.path]))
        return peer
    }

    /// What is to be said of a peer whose look-up cannot be had without a request.
    static func untimed(_ name: String) -> String {
        let version =
            name == "pylibmc"
            ? output(of: "/usr/bin/env", ["python3", "-c", "import pylibmc; print(pylibmc.__version__)"])
            : output(of: "/usr/bin/env", ["sh", "-c", "nutcracker --version 2>&1 | sed 's/.*nutcracker-//'"])
        let words = version?.split(separator: "\n").first.map(String.init) ?? "not installed"
        let reason =
            name == "pylibmc"
            ? "looks up only inside of a request; it is libmemcached, so that row is its own"
            : "looks up only inside of a request through its socket, which costs a thousand times as much"
        return "\(name) \(words): \(reason)"
    }

    private mutating func read(_ text: String?) {
        for line in (text ?? "").split(separator: "\n") {
            let parts = line.split(separator: " ")
            guard parts.count == 2 else { continue }
            if parts[0] == "version" {
                version = String(parts[1])
            } else {
                figures[String(parts[0])] = Double(parts[1])
            }
        }
    }

    private static func output(of program: String, _ arguments: [String]) -> String? {
        let process = Process()
        let pipe = Pipe()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.standardOutput = pipe
        process.standardError = FileHandle.nullDevice
        do { try process.run() } catch { return nil }
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return process.terminationStatus == 0 ? String(decoding: data, as: UTF8.self) : nil
    }
}
