import Crypto
package import RingCore
package import RingSnapshots

/// The public keys of which one must have signed a snapshot.
///
/// The identifier in the signature selects the key. While a key is replaced clients hold the old one and the new one, so
/// that it makes no difference who is restarted first.
package struct TrustedKeys: Hashable, Sendable {
    /// The keys, sorted by their identifiers.
    package let keys: [PublicKey]

    /// The most keys that are held: two are enough while one is replaced.
    package static let limit = 64

    /// - Throws: `ValidationError` where there is no key, there are too many, or two have the same identifier.
    package init(_ keys: [PublicKey]) throws(ValidationError) {
        var sorted: [PublicKey] = []
        for key in keys.sorted(by: { $0.id < $1.id }) {
            guard let last = sorted.last, last.id == key.id else {
                sorted.append(key)
                continue
            }
            guard last == key else {
                throw ValidationError(
                    field: "key id",
                    problem: "two keys are called '\(key.id)'",
                    hint: "remove one of them, and give each new key a name of its own"
                )
            }
        }
        guard !sorted.isEmpty, sorted.count <= Self.limit else {
            throw ValidationError(
                field: "keys",
                problem: sorted.isEmpty ? "there is no key" : "there are more than \(Self.limit)",
                hint: "give the public keys that ringd signs with, as 'ringctl key generate' wrote them"
            )
        }
        self.keys = sorted
    }

    /// The keys of a text: a line for each, as `ringctl key generate` writes it; lines that begin with `#` are comments.
    ///
    /// - Throws: `ValidationError`, also for a private key, which has no business with a client.
    package init(parsing text: String) throws(ValidationError) {
        var keys: [PublicKey] = []
        for line in try KeyLine.all(in: text) {
            guard line.kind == .public else {
                throw ValidationError(
                    field: "key",
                    problem: "'\(line.id)' is a private key",
                    hint: "clients get the file that ends in .pub; replace this key if others could read it"
                )
            }
            keys.append(try PublicKey(id: line.id, bytes: line.bytes))
        }
        try self.init(keys)
    }

    /// These keys and the others.
    package func union(_ others: TrustedKeys) throws(ValidationError) -> TrustedKeys {
        try TrustedKeys(keys + others.keys)
    }

    /// The key of that name.
    package subscript(id: String) -> PublicKey? { keys.first { $0.id == id } }

    /// Refuses a snapshot that none of the keys has signed.
    ///
    /// The signature is over the digest: that the content has this digest is for `Snapshot.verify(expectedPool:)` to say.
    ///
    /// - Throws: `SnapshotError` with one of the codes `unsigned`, `unknownKey` and `badSignature`.
    /// - Complexity: some hundred microseconds.
    package func check(_ snapshot: Snapshot) throws(SnapshotError) {
        guard let signature = snapshot.signature else {
            throw SnapshotError(
                .unsigned,
                member: "signature",
                problem: "a key is configured, and the snapshot has no signature"
            )
        }
        guard let key = self[signature.keyID] else {
            throw SnapshotError(
                .unknownKey,
                member: "signature.key_id",
                problem: "no key '\(printable(signature.keyID))' is configured"
            )
        }
        let isValid =
            (try? Curve25519.Signing.PublicKey(rawRepresentation: key.bytes))?
            .isValidSignature(signature.ed25519, for: snapshot.signedBytes) ?? false
        guard isValid else {
            throw SnapshotError(
                .badSignature,
                member: "signature.ed25519",
                problem: "not made by key '\(key.id)' over this content"
            )
        }
    }
}
