import ArgumentParser

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// An application of `RingClient` for tests and measurements: it is no product.
@main
struct ClientDriver: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "clientdriver",
        abstract: "Uses RingClient as an application does.",
        subcommands: [Loop.self, Requests.self, Rings.self]
    )
}

/// A line for the program that reads the output: JSON with the names in the order given.
struct Line {
    private var members: [String] = []

    mutating func add(_ name: String, _ value: some BinaryInteger) { members.append("\"\(name)\": \(value)") }
    mutating func add(_ name: String, _ value: Double) { members.append("\"\(name)\": \(value)") }
    mutating func add(_ name: String, text: String) {
        let plain = text.unicodeScalars.map { $0.value >= 0x20 && $0 != "\"" && $0 != "\\" ? String($0) : "?" }
        members.append("\"\(name)\": \"\(plain.joined())\"")
    }

    /// Writes the line at once, because whoever reads a pipe waits for each.
    func print() {
        let bytes = Array("{\(members.joined(separator: ", "))}\n".utf8)
        _ = bytes.withUnsafeBytes { write(STDOUT_FILENO, $0.baseAddress, $0.count) }
    }
}
