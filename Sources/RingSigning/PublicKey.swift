package import RingCore
import RingSnapshots

/// A key that clients check signatures with, under the name that snapshots call it by.
package struct PublicKey: Hashable, Sendable {
    /// 1 to 63 bytes of `a-z 0-9 . _ -`: what the member `key_id` of a signature says.
    package let id: String
    /// The 32 bytes of RFC 8032.
    package let bytes: [UInt8]

    /// - Throws: `ValidationError` where the name is none, or these are not 32 bytes.
    package init(id: String, bytes: [UInt8]) throws(ValidationError) {
        try KeyLine.validate(id: id)
        guard bytes.count == KeyLine.keyByteCount else { throw KeyLine.wrongSize(bytes.count) }
        self.id = id
        self.bytes = bytes
    }

    /// The line that stands for the key in a file.
    package var line: String { KeyLine(kind: .public, id: id, bytes: bytes).text }
}

extension PublicKey: CustomStringConvertible {
    package var description: String { line }
}
