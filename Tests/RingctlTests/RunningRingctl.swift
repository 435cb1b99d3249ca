import Foundation
import Glibc
import RingServerTesting
import Synchronization

/// What a run of the built `ringctl` came to.
struct Outcome: Sendable {
    var status: Int32
    var output: String
    var error: String
}

/// The directory of the test process, where the products are built.
private let products: URL = {
    let path =
        (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
    return URL(fileURLWithPath: path).deletingLastPathComponent()
}()

/// The built program.
let ringctlPath = products.appendingPathComponent("ringctl").path

/// What a program has printed so far.
private final class Printed: Sendable {
    private let bytes = Mutex<[UInt8]>([])

    func append(_ more: some Sequence<UInt8>) { bytes.withLock { $0 += more } }

    var text: String { bytes.withLock { String(decoding: $0, as: UTF8.self) } }
}

extension Process {
    /// Waits until what was printed is enough, and interrupts the program then; after a minute in any case.
    fileprivate func interrupt(once isEnough: @Sendable (String) -> Bool, _ printed: Printed) {
        for _ in 0..<3000 where isRunning && !isEnough(printed.text) { usleep(20_000) }
        interrupt()
    }
}

/// Runs the built `ringctl` with pipes in place of a terminal; one that does not end is interrupted once it has printed
/// enough.
func ringctl(
    _ arguments: [String],
    socket: String? = nil,
    environment: [String: String] = [:],
    directory: String = "/",
    by launcher: [String] = [],
    until isEnough: (@Sendable (String) -> Bool)? = nil
) async throws -> Outcome {
    let process = Process()
    let (output, error) = (Pipe(), Pipe())
    let command = launcher + [ringctlPath] + arguments
    process.executableURL = URL(fileURLWithPath: command[0])
    process.arguments = Array(command.dropFirst())
    process.environment = cleanEnvironment(socket, environment)
    process.currentDirectoryURL = URL(fileURLWithPath: directory)
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    process.standardError = error
    try process.run()
    let printed = Printed()
    async let outputText = onThread {
        while case let data = output.fileHandleForReading.availableData, !data.isEmpty { printed.append(data) }
        return printed.text
    }
    async let errorText = onThread { error.fileHandleForReading.readDataToEndOfFile() }
    if let isEnough { await onThread { process.interrupt(once: isEnough, printed) } }
    let texts = await (outputText, String(decoding: errorText, as: UTF8.self))
    await onThread { process.waitUntilExit() }
    return Outcome(status: process.terminationStatus, output: texts.0, error: texts.1)
}

/// Runs the built `ringctl` on a terminal of its own and types `keys`.
///
/// Both streams are the terminal, so `output` has both.
func ringctlOnTerminal(
    _ arguments: [String],
    socket: String,
    typing keys: String = "",
    columns: UInt16 = 100,
    environment: [String: String] = [:],
    until isEnough: (@Sendable (String) -> Bool)? = nil
) async throws -> Outcome {
    let main = open("/dev/ptmx", O_RDWR | O_NOCTTY)
    defer { close(main) }
    var number: Int32 = 0
    var locked: Int32 = 0
    guard main >= 0, ioctl(main, unlockTerminal, &locked) == 0, ioctl(main, numberOfTerminal, &number) == 0 else {
        throw POSIXError(.ENXIO)
    }
    let terminal = open("/dev/pts/\(number)", O_RDWR | O_NOCTTY)
    guard terminal >= 0 else { throw POSIXError(.ENXIO) }
    var size: (UInt16, UInt16, UInt16, UInt16) = (25, columns, 0, 0)
    guard ioctl(terminal, UInt(TIOCSWINSZ), &size) == 0 else { throw POSIXError(.ENOTTY) }

    let process = Process()
    let handle = FileHandle(fileDescriptor: terminal, closeOnDealloc: false)
    process.executableURL = URL(fileURLWithPath: ringctlPath)
    process.arguments = arguments
    process.environment = cleanEnvironment(socket, environment.merging(["TERM": "xterm"]) { given, _ in given })
    process.standardInput = handle
    process.standardOutput = handle
    process.standardError = handle
    try process.run()
    close(terminal)
    let printed = Printed()
    async let text = onThread {
        if !keys.isEmpty { _ = keys.withCString { Glibc.write(main, $0, strlen($0)) } }
        var buffer = [UInt8](repeating: 0, count: 4096)
        // The read fails once the other end is closed by the last process that has it.
        while case let count = read(main, &buffer, buffer.count), count > 0 { printed.append(buffer[..<count]) }
        process.waitUntilExit()
        return printed.text
    }
    if let isEnough { await onThread { process.interrupt(once: isEnough, printed) } }
    let output = await text
    return Outcome(status: process.terminationStatus, output: output, error: "")
}

/// `TIOCSPTLCK` and `TIOCGPTN` of Linux, which Swift's Glibc module does not show.
private let unlockTerminal: UInt = 0x4004_5431
private let numberOfTerminal: UInt = 0x8004_5430

private func cleanEnvironment(_ socket: String?, _ others: [String: String]) -> [String: String] {
    var environment = ProcessInfo.processInfo.environment.filter {
        ["PATH", "LD_LIBRARY_PATH", "HOME"].contains($0.key)
    }
    environment["RINGCTL_SOCKET"] = socket
    return environment.merging(others) { _, other in other }
}
