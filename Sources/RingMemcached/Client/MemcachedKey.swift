/// The key of an item: 1 to 250 bytes of UTF-8 without spaces and control characters.
///
/// Only a validated key can enter a command, so nothing can be injected into the protocol.
public struct MemcachedKey: Hashable, Sendable {
    /// The key as text.
    public let text: String

    /// The most bytes of a key.
    public static let maximumLength = 250

    /// Validates a key.
    ///
    /// - Throws: ``MemcachedError/Code/invalidKey``.
    public init(_ text: String) throws(MemcachedError) {
        var text = text
        text.makeContiguousUTF8()
        let length = text.utf8.count
        guard length > 0 else { throw MemcachedError(.invalidKey, "the key is empty") }
        guard length <= Self.maximumLength else {
            throw MemcachedError(.invalidKey, "the key has \(length) bytes, at most \(Self.maximumLength) are allowed")
        }
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else {
            throw MemcachedError(.invalidKey, "the key has a space or a control character")
        }
        self.text = text
    }
}

extension MemcachedKey: CustomStringConvertible {
    /// The key as text.
    public var description: String { text }
}
