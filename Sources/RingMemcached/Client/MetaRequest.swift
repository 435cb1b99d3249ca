import NIOCore

/// A question to a server, in the meta protocol.
enum MetaRequest: Sendable {
    /// Reads an item; with `touch` it also gets another expiry.
    case get(MemcachedKey, touch: MemcachedExpiry? = nil)
    case store(Store)
    case delete(MemcachedKey, cas: UInt64?)
    case touch(MemcachedKey, MemcachedExpiry)
    case count(Count)
    case noop
    case flushAll

    struct Store: Sendable {
        let key: MemcachedKey
        let bytes: [UInt8]
        let flags: UInt32
        let expiry: MemcachedExpiry
        let mode: MemcachedStoreMode
        let cas: UInt64?
    }

    struct Count: Sendable {
        let key: MemcachedKey
        let delta: UInt64
        let isDecrement: Bool
        /// What an item that is not there begins with; `nil` leaves it away.
        let initial: UInt64?
        let expiry: MemcachedExpiry
    }

    /// Writes the command.
    ///
    /// The token comes back with the answer: an answer to another question is found out even when it looks right.
    func encode(into buffer: inout ByteBuffer, token: UInt32) {
        switch self {
        case .get(let key, let touch):
            // The most frequent command is written without a string in between.
            buffer.writeStaticString("mg ")
            buffer.writeString(key.text)
            buffer.writeStaticString(" v f c O")
            buffer.writeDecimal(token)
            if let touch { buffer.writeString(" T\(touch.wireValue)") }
            buffer.writeStaticString("\r\n")
        case .store(let store): store.encode(into: &buffer, token: token)
        case .delete(let key, let cas):
            buffer.writeString("md \(key.text) O\(token)\(cas.map { " C\($0)" } ?? "")\r\n")
        case .touch(let key, let expiry):
            buffer.writeString("mg \(key.text) T\(expiry.wireValue) O\(token)\r\n")
        case .count(let count):
            buffer.writeString("ma \(count.key.text) v O\(token) M\(count.isDecrement ? "D" : "I") D\(count.delta)")
            if let initial = count.initial { buffer.writeString(" N\(count.expiry.wireValue) J\(initial)") }
            buffer.writeString("\r\n")
        case .noop: buffer.writeString("mn\r\n")
        case .flushAll: buffer.writeString("flush_all\r\n")
        }
    }

    /// Whether a reply can be the answer.
    func isAnswered(by reply: MetaReply) -> Bool {
        switch (self, reply) {
        case (.get, .value), (.get, .status(.miss, _)): true
        case (.store, .status(.done, _)), (.store, .status(.notStored, _)): true
        case (.store, .status(.changed, _)), (.store, .status(.notFound, _)): true
        case (.delete, .status(.done, _)), (.delete, .status(.changed, _)), (.delete, .status(.notFound, _)): true
        case (.touch, .status(.done, _)), (.touch, .status(.miss, _)), (.touch, .status(.notFound, _)): true
        case (.count, .value), (.count, .status(.notFound, _)): true
        case (.noop, .noop), (.flushAll, .ok): true
        case (_, .trouble): true
        case (.get, _), (.store, _), (.delete, _), (.touch, _), (.count, _), (.noop, _), (.flushAll, _): false
        }
    }

    /// Whether the command is followed by bytes that a server which refuses it may take for commands.
    var hasPayload: Bool {
        if case .store = self { return true }
        return false
    }
}

extension ByteBuffer {
    /// Writes a number in decimal.
    fileprivate mutating func writeDecimal(_ number: UInt32) {
        var digits: InlineArray<10, UInt8> = .init(repeating: 0x30)
        var (rest, first) = (number, 10)
        repeat {
            first -= 1
            digits[first] = UInt8(truncatingIfNeeded: rest % 10) &+ 0x30
            rest /= 10
        } while rest > 0
        for index in first..<10 { writeInteger(digits[index]) }
    }
}

extension MetaRequest.Store {
    fileprivate func encode(into buffer: inout ByteBuffer, token: UInt32) {
        buffer.writeString("ms \(key.text) \(bytes.count) O\(token)")
        if flags != 0 { buffer.writeString(" F\(flags)") }
        let expiry = expiry.wireValue
        if expiry != 0 { buffer.writeString(" T\(expiry)") }
        if let cas { buffer.writeString(" C\(cas)") }
        switch mode {
        case .set: break
        case .add: buffer.writeString(" ME")
        case .replace: buffer.writeString(" MR")
        case .append: buffer.writeString(" MA")
        case .prepend: buffer.writeString(" MP")
        }
        buffer.writeString("\r\n")
        buffer.writeBytes(bytes)
        buffer.writeString("\r\n")
    }
}
