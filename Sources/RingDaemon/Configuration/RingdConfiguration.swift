package import Logging

/// How the daemon runs; the roster and the policies are in the database.
///
/// Flags over environment over file over defaults. Every path is as it was given: relative ones count from the working
/// directory.
///
/// | key | environment | flag | default | meaning |
/// |---|---|---|---|---|
/// | `data` | `RINGD_DATA` | `--data` | `./ringd-data` | directory of the database, its lock and what follows |
/// | `socket` | `RINGD_SOCKET` | `--socket` | `DATA/ringd.sock` | path of the control socket |
/// | `socket-mode` | | | `"0660"` | its permissions, octal |
/// | `socket-group` | | | none | a group that may use it beside root and the daemon's user |
/// | `snapshots` | `RINGD_SNAPSHOTS` | `--snapshots` | `DATA/snapshots` | directory of the snapshots |
/// | `signing-key` | `RINGD_SIGNING_KEY` | `--signing-key` | none | file of the private key that signs snapshots, 0600 |
/// | `http` | `RINGD_HTTP` | `--http` | `off` | `HOST:PORT` that serves reads over TCP, or `off` |
/// | `log-level` | `RINGD_LOG_LEVEL` | `--log-level` | `notice` | `trace` … `critical` |
/// | `log-format` | `RINGD_LOG_FORMAT` | `--log-format` | `auto` | `text`, `json`, or JSON unless on a terminal |
package struct RingdConfiguration: Hashable, Sendable {
    package var data = "./ringd-data"
    package var socket: String?
    package var socketMode: UInt32 = 0o660
    package var socketGroup: String?
    package var snapshots: String?
    /// `nil` signs nothing.
    package var signingKey: String?
    /// `nil` serves nothing over TCP.
    package var http: String?
    package var logLevel = Logger.Level.notice
    package var logFormat = LogFormat.auto

    /// How log lines look.
    package enum LogFormat: String, Hashable, Sendable, CaseIterable {
        /// Text on a terminal, JSON elsewhere.
        case auto
        case text
        case json
    }

    package init() {}

    /// The path of the control socket.
    package var socketPath: String { socket ?? "\(data)/ringd.sock" }
    /// The directory of all snapshots.
    package var snapshotDirectory: String { snapshots ?? "\(data)/snapshots" }
    /// The path of the database.
    package var databasePath: String { "\(data)/ringd.db" }
}

/// Why a configuration is refused: what, where, and what to do next.
package struct ConfigurationError: Error, Hashable, Sendable, CustomStringConvertible {
    /// `ringd.toml:3:1`, `RINGD_HTTP` or `--http`.
    package let place: String
    package let problem: String
    package let hint: String

    package init(place: String, problem: String, hint: String) {
        self.place = place
        self.problem = problem
        self.hint = hint
    }

    package var description: String { "\(place): \(problem)\n  \(hint)" }
}
