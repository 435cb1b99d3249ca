import Foundation

/// The real programs of the demonstration, in a temporary directory, on loopback.
///
/// Leaves nothing running.
final class Stage {
    let directory: URL
    let binaries: URL
    private(set) var ports: [UInt16]
    private var servers: [UInt16: Process] = [:]
    private var daemon: Process?

    /// Why the demonstration cannot go on.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// The usual ports of memcached when all of them are free, others where not.
    init(servers count: Int) throws {
        directory = FileManager.default.temporaryDirectory.appendingPathComponent("ringd-demo-\(getpid())")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        binaries = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
        let usual = (0..<UInt16(count)).map { 11211 + $0 }
        ports = usual.allSatisfy(Loopback.isFree) ? usual : (0..<count).map { _ in Loopback.freePort() }
    }

    var data: String { directory.appendingPathComponent("data").path }
    var snapshots: String { data + "/snapshots" }
    var socket: String { data + "/ringd.sock" }
    var database: String { data + "/ringd.db" }

    /// Starts a memcached server and waits until it answers.
    func startServer(at port: UInt16) throws {
        var arguments = ["-l", "127.0.0.1", "-p", "\(port)", "-m", "64", "-t", "1"]
        if getuid() == 0 { arguments += ["-u", "nobody"] }
        servers[port] = try spawn("/usr/bin/env", ["memcached"] + arguments)
        try wait(for: 5, "memcached answers on port \(port)") { Loopback.exchange("version\r\n", with: port) != nil }
    }

    /// Ends a server as a crash does: SIGKILL, to that process alone.
    func killServer(at port: UInt16) {
        guard let server = servers.removeValue(forKey: port) else { return }
        kill(server.processIdentifier, SIGKILL)
        server.waitUntilExit()
    }

    /// Starts the daemon and waits for its line on standard output.
    func startDaemon() throws {
        let output = Pipe()
        let log = directory.appendingPathComponent("ringd.log")
        _ = FileManager.default.createFile(atPath: log.path, contents: nil)
        let process = Process()
        process.executableURL = binaries.appendingPathComponent("ringd")
        process.arguments = ["--data", data, "--log-format", "text"]
        process.standardOutput = output
        process.standardError = try FileHandle(forWritingTo: log)
        try process.run()
        daemon = process
        let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        guard line.hasPrefix("ringd ready") else {
            let said = (try? String(contentsOf: log, encoding: .utf8)) ?? ""
            throw Failure(description: "ringd did not start: \(said)")
        }
    }

    /// Runs ringctl and returns what it prints.
    @discardableResult
    func ringctl(_ arguments: String...) throws -> String {
        let (status, output, complaint) = try run(
            binaries.appendingPathComponent("ringctl").path,
            ["--socket", socket] + arguments
        )
        guard status == 0 else {
            throw Failure(description: "ringctl \(arguments.joined(separator: " ")) exited \(status): \(complaint)")
        }
        return output
    }

    /// Runs one query on the live database with SQLite's own shell.
    func sql(_ query: String) throws -> String {
        let (status, output, complaint) = try run(
            "/usr/bin/env",
            ["sqlite3", "-box", "file:\(database)?mode=ro", query]
        )
        guard status == 0 else { throw Failure(description: "sqlite3: \(complaint)") }
        return output
    }

    /// Ends everything that was started, and removes the directory.
    func strike() {
        if let daemon, daemon.isRunning {
            daemon.terminate()
            daemon.waitUntilExit()
        }
        for port in Array(servers.keys) { killServer(at: port) }
        try? FileManager.default.removeItem(at: directory)
    }

    /// What a person types to end what was left running.
    var howToStop: String {
        let pids = ([daemon].compactMap(\.self) + servers.values).map { "\($0.processIdentifier)" }
        return "kill \(pids.joined(separator: " ")); rm -r \(directory.path)"
    }

    /// Waits until a condition holds and says how long that took.
    @discardableResult
    func wait(for seconds: Double, _ what: String, until condition: () throws -> Bool) throws -> Duration {
        let begin = ContinuousClock.now
        while true {
            if try condition() { return .now - begin }
            guard .now - begin < .seconds(seconds) else {
                throw Failure(description: "not within \(Int(seconds)) s: \(what)")
            }
            usleep(1000)
        }
    }

    private func spawn(_ path: String, _ arguments: [String]) throws -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        return process
    }

    private func run(_ path: String, _ arguments: [String]) throws -> (status: Int32, output: String, complaint: String)
    {
        let process = Process()
        let output = Pipe()
        let complaint = Pipe()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = complaint
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        let said = complaint.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: data, as: UTF8.self), String(decoding: said, as: UTF8.self))
    }
}
