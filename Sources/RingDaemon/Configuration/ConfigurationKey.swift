import Logging
import RingCore

/// One key of the configuration: how its text becomes a value.
///
/// The table is the whole truth about which keys there are; the file, the environment and the flags read it.
struct ConfigurationKey: Sendable {
    let name: String
    /// The variable that overrides the file.
    let environment: String?
    /// Whether a running daemon takes it; any other key needs a restart.
    var isLive = false
    /// Whether two configurations have different values.
    let differs: @Sendable (RingdConfiguration, RingdConfiguration) -> Bool
    let write: @Sendable (inout RingdConfiguration, String) throws(ValidationError) -> Void

    static let all: [ConfigurationKey] = [
        path("data", "RINGD_DATA", differs: { $0.data != $1.data }) { $0.data = $1 },
        path("socket", "RINGD_SOCKET", differs: { $0.socketPath != $1.socketPath }) { $0.socket = $1 },
        ConfigurationKey(
            name: "socket-mode",
            environment: nil,
            differs: { $0.socketMode != $1.socketMode },
            write: { configuration, text throws(ValidationError) in
                guard (3...4).contains(text.utf8.count), let mode = UInt32(text, radix: 8), mode & 0o007 == 0 else {
                    throw ValidationError(
                        field: "socket-mode",
                        problem: "'\(printable(text))' is not acceptable",
                        hint: "use octal permissions without rights for others, as in \"0660\""
                    )
                }
                configuration.socketMode = mode
            }
        ),
        path("socket-group", nil, differs: { $0.socketGroup != $1.socketGroup }) { $0.socketGroup = $1 },
        path("snapshots", "RINGD_SNAPSHOTS", differs: { $0.snapshotDirectory != $1.snapshotDirectory }) {
            $0.snapshots = $1
        },
        path("signing-key", "RINGD_SIGNING_KEY", differs: { $0.signingKey != $1.signingKey }) { $0.signingKey = $1 },
        ConfigurationKey(
            name: "http",
            environment: "RINGD_HTTP",
            differs: { $0.http != $1.http },
            write: { configuration, text throws(ValidationError) in
                if text == "off" {
                    configuration.http = nil
                } else {
                    let address = try NodeAddress(parsing: text)
                    guard !address.isUnixSocket else {
                        throw ValidationError(
                            field: "http",
                            problem: "'\(printable(text))' is a path",
                            hint: "use HOST:PORT or off; the control socket has a key of its own"
                        )
                    }
                    configuration.http = text
                }
            }
        ),
        choice(
            "log-level",
            "RINGD_LOG_LEVEL",
            Logger.Level.allCases.map(\.rawValue),
            differs: { $0.logLevel != $1.logLevel }
        ) { configuration, word in
            if let level = Logger.Level(rawValue: word) { configuration.logLevel = level }
        },
        choice(
            "log-format",
            "RINGD_LOG_FORMAT",
            RingdConfiguration.LogFormat.allCases.map(\.rawValue),
            differs: { $0.logFormat != $1.logFormat }
        ) {
            if let format = RingdConfiguration.LogFormat(rawValue: $1) { $0.logFormat = format }
        },
    ]

    static func named(_ name: String) -> ConfigurationKey? { all.first { $0.name == name } }

    private static func path(
        _ name: String,
        _ environment: String?,
        differs: @escaping @Sendable (RingdConfiguration, RingdConfiguration) -> Bool,
        _ set: @escaping @Sendable (inout RingdConfiguration, String) -> Void
    ) -> ConfigurationKey {
        ConfigurationKey(
            name: name,
            environment: environment,
            differs: differs,
            write: { configuration, text throws(ValidationError) in
                guard !text.isEmpty else {
                    throw ValidationError(field: name, problem: "is empty", hint: "give a value or leave the key out")
                }
                try validateText(text, field: name, limit: 4096)
                set(&configuration, text)
            }
        )
    }

    private static func choice(
        _ name: String,
        _ environment: String?,
        _ words: [String],
        differs: @escaping @Sendable (RingdConfiguration, RingdConfiguration) -> Bool,
        _ set: @escaping @Sendable (inout RingdConfiguration, String) -> Void
    ) -> ConfigurationKey {
        ConfigurationKey(
            name: name,
            environment: environment,
            // What is left of choices is how log lines look.
            isLive: true,
            differs: differs,
            write: { configuration, text throws(ValidationError) in
                guard words.contains(text) else {
                    throw ValidationError(
                        field: name,
                        problem: "'\(printable(text))' is not known",
                        hint: nearestName(to: text, among: words).map { "did you mean '\($0)'?" }
                            ?? "use one of \(words.joined(separator: ", "))"
                    )
                }
                set(&configuration, text)
            }
        )
    }
}
