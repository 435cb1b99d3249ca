/// What of a key goes into its hash.
///
/// The parts apply in the order in which they stand here.
struct KeyText: Hashable, Sendable {
    /// mcrouter: a `/region/cluster/` prefix and everything from `|#|` on do not count.
    var isRouted = false
    var filter = Filter.none
    /// A namespace, and whether it is hashed before the key.
    var namespace: [UInt8] = []
    var hashesNamespace = false
    /// Beyond so many bytes, namespace included, the hash is 0.
    var limit: Int?
    /// Dalli: a text of more than 250 characters is cut and ended by its MD5.
    var isShortened = false
    /// Bytes appended to the key.
    var salt: [UInt8] = []
    var encoding = Encoding.bytes

    enum Filter: Hashable, Sendable {
        case none
        /// Only what stands between the first two marks, if both are there; an empty part counts or does not.
        case tag(open: UInt8, close: UInt8, acceptsEmpty: Bool)
        /// Only what precedes the first occurrence.
        case stop([UInt8])
    }

    enum Encoding: Hashable, Sendable {
        case bytes
        /// The low 8 bits of each Unicode scalar.
        case lowBytesOfScalars
        /// Python's `repr` of a bytes object: `b'key'`.
        case pythonBytes
    }

    /// Whether the hash is simply that of the key.
    var isWhole: Bool {
        !isRouted && filter == .none && !(hashesNamespace && !namespace.isEmpty) && !isShortened && salt.isEmpty
            && encoding == .bytes
    }

    /// The bytes to hash; `nil` where the hash is 0 whatever the key.
    func text(of key: Span<UInt8>) -> [UInt8]? {
        var text: [UInt8] = []
        let routed = isRouted ? key.extracting(Self.routedRange(of: key)) : key
        text.append(contentsOf: routed.extracting(filteredRange(of: routed)))
        if hashesNamespace { text = namespace + text }
        if let limit, text.count > limit { return nil }
        if isShortened { text = shortened(text) }
        text += salt
        switch encoding {
        case .bytes: return text
        case .lowBytesOfScalars:
            return String(decoding: text, as: UTF8.self).unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
        case .pythonBytes: return Self.pythonRepresentation(of: text)
        }
    }

    private func filteredRange(of key: Span<UInt8>) -> Range<Int> {
        let whole = 0..<key.count
        switch filter {
        case .none: return whole
        case .tag(let open, let close, let acceptsEmpty):
            guard let first = Self.firstIndex(of: open, in: key, from: 0),
                let second = Self.firstIndex(of: close, in: key, from: first + 1),
                acceptsEmpty || second > first + 1
            else { return whole }
            return (first + 1)..<second
        case .stop(let mark):
            return 0..<(Self.firstIndex(of: mark, in: key) ?? key.count)
        }
    }

    private static func routedRange(of key: Span<UInt8>) -> Range<Int> {
        var start = 0
        if key.count > 0, key[0] == 0x2f, let second = firstIndex(of: 0x2f, in: key, from: 1),
            let third = firstIndex(of: 0x2f, in: key, from: second + 1)
        {
            start = third + 1
        }
        let rest = key.extracting(start...)
        let end = firstIndex(of: Array("|#|".utf8), in: rest) ?? rest.count
        return start..<(start + end)
    }

    private static func firstIndex(of byte: UInt8, in bytes: Span<UInt8>, from start: Int) -> Int? {
        var index = start
        while index < bytes.count {
            if bytes[index] == byte { return index }
            index += 1
        }
        return nil
    }

    private static func firstIndex(of mark: [UInt8], in bytes: Span<UInt8>) -> Int? {
        guard !mark.isEmpty, bytes.count >= mark.count else { return nil }
        for start in 0...(bytes.count - mark.count)
        where mark.indices.allSatisfy({ bytes[start + $0] == mark[$0] }) { return start }
        return nil
    }

    private func shortened(_ text: [UInt8]) -> [UInt8] {
        let scalars = String(decoding: text, as: UTF8.self).unicodeScalars
        guard scalars.count > 250 else { return text }
        let kept = String(String.UnicodeScalarView(scalars.prefix(namespace.isEmpty ? 212 : 213)))
        let digits = Array("0123456789abcdef".utf8)
        let hexadecimal = MD5(text).bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
        return Array(kept.utf8) + Array(":md5:".utf8) + hexadecimal
    }

    private static func pythonRepresentation(of bytes: [UInt8]) -> [UInt8] {
        let quote: UInt8 = bytes.contains(0x27) && !bytes.contains(0x22) ? 0x22 : 0x27
        var text: [UInt8] = [0x62, quote]
        let digits = Array("0123456789abcdef".utf8)
        for byte in bytes {
            switch byte {
            case quote, 0x5c: text += [0x5c, byte]
            case 0x09: text += Array("\\t".utf8)
            case 0x0a: text += Array("\\n".utf8)
            case 0x0d: text += Array("\\r".utf8)
            case 0x20..<0x7f: text.append(byte)
            default: text += [0x5c, 0x78, digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return text + [quote]
    }
}

extension [UInt8] {
    /// Appends the bytes of a span.
    mutating func append(contentsOf bytes: Span<UInt8>) {
        reserveCapacity(count + bytes.count)
        for index in bytes.indices { append(bytes[index]) }
    }
}
