import ArgumentParser
import Glibc
import RingDaemon

/// The version of the program.
let ringdVersion = "0.1.0"

/// Where the configuration comes from: flags over environment over file over defaults.
struct ConfigurationOptions: ParsableArguments {
    @Option(help: "The configuration file (TOML).")
    var config: String?

    @Option(help: "The directory of the database, its lock and what follows.")
    var data: String?

    @Option(help: "The path of the control socket.")
    var socket: String?

    @Option(help: "The directory of the snapshots.")
    var snapshots: String?

    @Option(help: ArgumentHelp("The file of the private key that signs snapshots, of mode 0600.", valueName: "file"))
    var signingKey: String?

    @Option(help: ArgumentHelp("Serve reads over TCP at HOST:PORT, or 'off'.", valueName: "host:port"))
    var http: String?

    @Option(help: "trace, debug, info, notice, warning, error or critical.")
    var logLevel: String?

    @Option(help: "text, json or auto.")
    var logFormat: String?

    /// What was said on the command line, by value: a reload reads it from another task.
    var layers: ConfigurationLayers {
        let flags = [
            ("data", data), ("socket", socket), ("snapshots", snapshots), ("signing-key", signingKey),
            ("http", http), ("log-level", logLevel), ("log-format", logFormat),
        ]
        return ConfigurationLayers(
            file: config,
            flags: flags.compactMap { name, value in value.map { (name, $0) } }
        )
    }

    /// Reads all layers; an error ends the program with status 78.
    func load() throws -> RingdConfiguration {
        do throws(ConfigurationError) {
            return try layers.read()
        } catch {
            throw complain(error.description, exitCode: 78)
        }
    }
}

/// The places that the configuration comes from; they are read anew each time.
struct ConfigurationLayers: Sendable {
    let file: String?
    let flags: [(name: String, value: String)]

    /// The configuration as they are now.
    func read() throws(ConfigurationError) -> RingdConfiguration {
        var result = RingdConfiguration()
        if let file { try result.apply(file: try Self.text(of: file), named: file) }
        try result.apply(environment: environmentVariables())
        for flag in flags { try result.apply(flag: flag.name, flag.value) }
        return result
    }

    private static func text(of path: String) throws(ConfigurationError) -> String {
        guard let file = fopen(path, "r") else {
            let problem = "cannot be read: \(String(cString: strerror(errno)))"
            throw ConfigurationError(place: path, problem: problem, hint: "name a readable file with --config")
        }
        defer { fclose(file) }
        var status = stat()
        guard fstat(fileno(file), &status) == 0, status.st_mode & S_IFMT != S_IFDIR else {
            throw ConfigurationError(place: path, problem: "is a directory", hint: "name the file in it")
        }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while case let count = fread(&buffer, 1, buffer.count, file), count > 0 {
            bytes += buffer[..<count]
            guard bytes.count <= 1 << 20 else {
                throw ConfigurationError(place: path, problem: "is over 1 MiB", hint: "that is no configuration file")
            }
        }
        guard ferror(file) == 0, let text = String(validating: bytes, as: UTF8.self) else {
            throw ConfigurationError(place: path, problem: "is not a text file", hint: "name a TOML file with --config")
        }
        return text
    }
}
