import Crypto
package import RingCore
package import RingSnapshots

/// The private key that `ringd` signs with.
///
/// It never shows its bytes but in ``line``, which is for its file alone.
package struct SigningKey: Sendable {
    /// The name that signatures call the key by.
    package let id: String
    private let key: Curve25519.Signing.PrivateKey

    /// Makes a new key from the system's randomness.
    ///
    /// - Parameter id: its name; `nil` names it by the beginning of the hash of its public key.
    /// - Throws: `ValidationError` where the name is none.
    package static func generate(id: String?) throws(ValidationError) -> SigningKey {
        let key = Curve25519.Signing.PrivateKey()
        guard let id else {
            let digest = Digest(RingCore.SHA256.hash(Array(key.publicKey.rawRepresentation)))
            return try SigningKey(id: String(digest.description.dropFirst("sha256:".count).prefix(16)), key: key)
        }
        return try SigningKey(id: id, key: key)
    }

    private init(id: String, key: Curve25519.Signing.PrivateKey) throws(ValidationError) {
        try KeyLine.validate(id: id)
        self.id = id
        self.key = key
    }

    /// The one key of a text, whose other lines are empty or comments.
    ///
    /// - Throws: `ValidationError`, also for a public key and for several keys.
    package init(parsing text: String) throws(ValidationError) {
        let lines = try KeyLine.all(in: text)
        guard let line = lines.first, lines.count == 1 else {
            throw ValidationError(
                field: "key",
                problem: lines.isEmpty ? "there is no key" : "there are \(lines.count) keys",
                hint: "name a file that 'ringctl key generate' wrote: it holds one private key"
            )
        }
        guard line.kind == .private else {
            throw ValidationError(
                field: "key",
                problem: "'\(line.id)' is a public key",
                hint: "name the file beside it that does not end in .pub"
            )
        }
        guard let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: line.bytes) else {
            throw KeyLine.wrongSize(line.bytes.count)
        }
        try self.init(id: line.id, key: key)
    }

    /// The key that clients check with.
    package var publicKey: PublicKey {
        guard let key = try? PublicKey(id: id, bytes: Array(key.publicKey.rawRepresentation)) else {
            preconditionFailure("the key '\(id)' has no public key")
        }
        return key
    }

    /// Signs the meaning of a version.
    ///
    /// - Throws: the error of the cryptographic library, which knows no reason for one.
    package func signature(of digest: RingSnapshots.Digest) throws -> Snapshot.Signature {
        let bytes = try key.signature(for: Snapshot.signedBytes(of: digest))
        return Snapshot.Signature(keyID: id, ed25519: Array(bytes))
    }

    /// The line that stands for the key in its file: a secret.
    var line: String { KeyLine(kind: .private, id: id, bytes: Array(key.rawRepresentation)).text }
}

extension SigningKey: CustomStringConvertible, CustomReflectable {
    package var description: String { "signing key \(id)" }

    /// Nothing of the key itself, so that no log or dump has it.
    package var customMirror: Mirror { Mirror(self, children: ["id": id]) }
}
