import NIOCore

/// Cuts the bytes of a server into replies, wherever the reads were cut.
///
/// Keeps at most one line or one value; both are bounded, and so is the memory a server can make it use.
struct MetaReplyDecoder {
    private var buffer = ByteBuffer()
    /// How much of the unread bytes is known to have no line feed.
    private var scanned = 0
    /// The head of a value whose bytes have not all come.
    private var pending: Head?
    private let maximumValueLength: Int

    /// The longest line a server may send.
    static let maximumLineLength = 2048

    /// The answer makes no sense; the connection cannot be used any more.
    struct Violation: Error, Hashable {
        let detail: String
    }

    private struct Head {
        let length: Int
        let flags: Flags
    }

    private struct Flags {
        var client: UInt32 = 0
        var cas: UInt64 = 0
        var token: UInt32?
    }

    init(maximumValueLength: Int) { self.maximumValueLength = maximumValueLength }

    /// Adds the bytes of one read.
    mutating func append(_ bytes: ByteBuffer) {
        if buffer.readableBytes == 0 {
            buffer = bytes
        } else {
            buffer.discardReadBytes()
            var bytes = bytes
            buffer.writeBuffer(&bytes)
        }
    }

    /// How many bytes wait for the rest of their reply.
    var heldBytes: Int { buffer.readableBytes }

    /// Takes the next reply; `nil` when its end has not come yet.
    mutating func next() throws(Violation) -> MetaReply? {
        if let pending { return try takeValue(pending) }
        guard let length = try lineLength() else { return nil }
        guard let slice = buffer.readSlice(length: length + 2) else { return nil }
        scanned = 0
        return try take(slice.readableBytesUInt8Span.extracting(0..<length))
    }

    /// The length of the next line without its end; `nil` when the end has not come.
    private mutating func lineLength() throws(Violation) -> Int? {
        let limit = Swift.min(buffer.readableBytes, Self.maximumLineLength + 2)
        guard let index = Self.lineFeed(in: buffer, from: scanned, to: limit) else {
            guard limit < Self.maximumLineLength + 2 else {
                throw Violation(detail: "a line of more than \(Self.maximumLineLength) bytes")
            }
            scanned = limit
            return nil
        }
        guard index > 0, buffer.getInteger(at: buffer.readerIndex + index - 1, as: UInt8.self) == 0x0D else {
            throw Violation(detail: "a line without carriage return")
        }
        return index - 1
    }

    private static func lineFeed(in buffer: ByteBuffer, from start: Int, to limit: Int) -> Int? {
        let bytes = buffer.readableBytesUInt8Span
        var index = start
        while index < limit {
            if bytes[index] == 0x0A { return index }
            index += 1
        }
        return nil
    }

    private mutating func take(_ line: Span<UInt8>) throws(Violation) -> MetaReply? {
        if line.hasPrefix("VA ") {
            var end = 3
            while end < line.count, line[end] != 0x20 { end += 1 }
            guard let length = line.extracting(3..<end).decimal else { throw Violation(detail: words(line)) }
            guard length <= Int64(maximumValueLength) else {
                throw Violation(detail: "a value of \(length) bytes, at most \(maximumValueLength) are taken")
            }
            let head = Head(length: Int(length), flags: try flags(of: line, from: end))
            pending = head
            return try takeValue(head)
        }
        if let status = status(of: line) {
            return .status(status, token: try flags(of: line, from: 2).token)
        }
        if line.isText("MN") { return .noop }
        if line.isText("OK") { return .ok }
        if line.hasPrefix("SERVER_ERROR") { return .trouble(.server, words(line, from: 13)) }
        if line.hasPrefix("CLIENT_ERROR") { return .trouble(.client, words(line, from: 13)) }
        if line.hasPrefix("ERROR") { return .trouble(.unknownCommand, words(line)) }
        throw Violation(detail: words(line))
    }

    private mutating func takeValue(_ head: Head) throws(Violation) -> MetaReply? {
        guard buffer.readableBytes >= head.length + 2 else { return nil }
        pending = nil
        guard let bytes = buffer.readBytes(length: head.length), buffer.readInteger(as: UInt16.self) == 0x0D0A else {
            throw Violation(detail: "a value that is longer than it says")
        }
        let value = MemcachedValue(bytes: bytes, flags: head.flags.client, cas: head.flags.cas)
        return .value(value, token: head.flags.token)
    }

    private func status(of line: Span<UInt8>) -> MetaReply.Status? {
        guard line.count == 2 || (line.count > 2 && line[2] == 0x20) else { return nil }
        let word = line.extracting(0..<2)
        if word.isText("HD") { return .done }
        if word.isText("EN") { return .miss }
        if word.isText("NS") { return .notStored }
        if word.isText("EX") { return .changed }
        if word.isText("NF") { return .notFound }
        return nil
    }

    /// Reads the flags that were asked for, and passes over all others.
    private func flags(of line: Span<UInt8>, from start: Int) throws(Violation) -> Flags {
        var flags = Flags()
        var index = start
        while index < line.count {
            guard line[index] == 0x20 else { throw Violation(detail: words(line)) }
            var end = index + 1
            while end < line.count, line[end] != 0x20 { end += 1 }
            guard end > index + 1 else {
                index = end
                continue
            }
            let text = line.extracting((index + 2)..<end)
            switch line[index + 1] {
            case UInt8(ascii: "f"):
                guard let number = text.decimal, let value = UInt32(exactly: number) else {
                    throw Violation(detail: words(line))
                }
                flags.client = value
            case UInt8(ascii: "c"):
                guard let value = text.unsigned else { throw Violation(detail: words(line)) }
                flags.cas = value
            case UInt8(ascii: "O"):
                guard let number = text.decimal, let value = UInt32(exactly: number) else {
                    throw Violation(detail: words(line))
                }
                flags.token = value
            default: break
            }
            index = end
        }
        return flags
    }

    private func words(_ line: Span<UInt8>, from start: Int = 0) -> String {
        line.extracting(Swift.min(start, line.count)...).printable(limit: 96)
    }
}
