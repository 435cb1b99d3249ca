import Glibc
package import Logging
import RingCore
import Synchronization

/// How log lines look and which are written: one place that all loggers ask, so that a reload reaches them all.
package final class LogSettings: Sendable {
    private let state: Mutex<State>

    private struct State {
        var level: Logger.Level
        var isJSON: Bool
    }

    package init(_ configuration: RingdConfiguration) { state = Mutex(Self.state(of: configuration)) }

    /// Takes over what the configuration says about logs.
    package func apply(_ configuration: RingdConfiguration) {
        let fresh = Self.state(of: configuration)
        state.withLock { $0 = fresh }
    }

    /// A logger that follows these settings.
    package func logger(label: String) -> Logger { Logger(label: label) { _ in SettingsLogHandler(settings: self) } }

    fileprivate var level: Logger.Level { state.withLock(\.level) }
    fileprivate var isJSON: Bool { state.withLock(\.isJSON) }

    private static func state(of configuration: RingdConfiguration) -> State {
        let isJSON =
            switch configuration.logFormat {
            case .json: true
            case .text: false
            case .auto: isatty(STDERR_FILENO) == 0
            }
        return State(level: configuration.logLevel, isJSON: isJSON)
    }
}

/// Writes lines to standard error: JSON objects for log collectors, readable text for a person at a terminal.
struct SettingsLogHandler: LogHandler {
    let settings: LogSettings
    var metadata: Logger.Metadata = [:]
    /// What one logger was told beyond the settings: it never writes more than they allow.
    private var own: Logger.Level?

    init(settings: LogSettings) { self.settings = settings }

    var logLevel: Logger.Level {
        get { max(settings.level, own ?? .trace) }
        set { own = newValue }
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let all = metadata.merging(event.metadata ?? [:]) { $1 }.sorted { $0.key < $1.key }
        writeLine(settings.isJSON ? json(event, all) : text(event, all))
    }

    private func json(_ event: LogEvent, _ facts: [(key: String, value: Logger.Metadata.Value)]) -> String {
        var line =
            "{\"ts\":\"\(DaemonClock.wall())\",\"level\":\"\(event.level)\",\"msg\":\(quoted(event.message.description))"
        for (key, value) in facts { line += ",\(quoted(key)):\(quoted(value.description))" }
        return line + "}"
    }

    private func text(_ event: LogEvent, _ facts: [(key: String, value: Logger.Metadata.Value)]) -> String {
        let shown = facts.filter { $0.key != "event" }.map { "\($0.key)=\(quoted($0.value.description))" }
        return "\(DaemonClock.wall()) \(event.level) \(event.message) \(shown.joined(separator: " "))"
    }
}

/// A JSON string of at most 1 KiB of the text, with control characters escaped.
private func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
        guard result.utf8.count < 1024 else {
            result += "…"
            break
        }
        switch scalar {
        case "\"": result += "\\\""
        case "\\": result += "\\\\"
        case _ where scalar.value < 0x20 || scalar.value == 0x7F:
            let digits = String(scalar.value, radix: 16)
            result += "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
        default: result.unicodeScalars.append(scalar)
        }
    }
    return result + "\""
}

/// One write a line; a reader that went away must not end the daemon.
private func writeLine(_ line: String) {
    var bytes = Array(line.utf8)
    bytes.append(0x0A)
    _ = bytes.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
}
