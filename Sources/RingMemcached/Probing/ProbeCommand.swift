import RingCore

/// The key of a canary: 1 to 64 letters, digits and `-`.
///
/// The only text that ever enters a command of a probe; nothing of the roster does.
package struct CanaryKey: Hashable, Sendable {
    package let text: String

    /// Accepts letters, digits and `-`; `nil` for anything else.
    package init?(_ text: String) {
        guard (1...64).contains(text.utf8.count) else { return nil }
        for byte in text.utf8 {
            let isLetter = (0x61...0x7A).contains(byte | 0x20)
            guard isLetter || (0x30...0x39).contains(byte) || byte == 0x2D else { return nil }
        }
        self.text = text
    }
}

/// A command that a probe or a cleansing sends.
package enum ProbeCommand: Hashable, Sendable {
    case meta
    case version
    case stats
    case plant(CanaryKey)
    case flush
    case uproot(CanaryKey)
    case read(CanaryKey)

    /// The bytes on the wire.
    ///
    /// The canary never expires: one that vanished by itself would prove a flush that never was.
    package var text: String {
        switch self {
        case .meta: "mn\r\n"
        case .version: "version\r\n"
        case .stats: "stats\r\n"
        case .plant(let key): "set \(key.text) 0 0 6\r\ncanary\r\n"
        case .flush: "flush_all\r\n"
        case .uproot(let key): "delete \(key.text)\r\n"
        case .read(let key): "get \(key.text)\r\n"
        }
    }
}
