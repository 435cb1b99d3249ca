import Glibc
package import Logging
import RingCore

/// Writes one JSON object a line to standard error: what log collectors read.
package struct JSONLogHandler: LogHandler {
    package var metadata: Logger.Metadata = [:]
    package var logLevel: Logger.Level

    package init(level: Logger.Level) { logLevel = level }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        var line =
            "{\"ts\":\"\(DaemonClock.wall())\",\"level\":\"\(event.level)\",\"msg\":\(quoted(event.message.description))"
        let all = metadata.merging(event.metadata ?? [:]) { $1 }
        for (key, value) in all.sorted(by: { $0.key < $1.key }) {
            line += ",\(quoted(key)):\(quoted(value.description))"
        }
        writeLine(line + "}")
    }
}

/// Writes readable lines to standard error, for a person at a terminal.
package struct TextLogHandler: LogHandler {
    package var metadata: Logger.Metadata = [:]
    package var logLevel: Logger.Level

    package init(level: Logger.Level) { logLevel = level }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        let all = metadata.merging(event.metadata ?? [:]) { $1 }
        let facts = all.filter { $0.key != "event" }.sorted { $0.key < $1.key }.map {
            "\($0.key)=\(quoted($0.value.description))"
        }
        let time = DaemonClock.wall().description
        writeLine("\(time) \(event.level) \(event.message) \(facts.joined(separator: " "))")
    }
}

/// Whether log lines go to a terminal.
package var logsGoToTerminal: Bool { isatty(STDERR_FILENO) == 1 }

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
