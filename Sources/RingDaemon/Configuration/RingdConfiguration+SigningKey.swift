package import RingSigning
import RingStore

extension RingdConfiguration {
    /// Reads the key that signs snapshots; `nil` where none is configured.
    ///
    /// - Throws: ``DaemonError`` with status 78 where it cannot be read, is no private key, or others may read it.
    package func loadSigningKey() throws(DaemonError) -> SigningKey? {
        guard let signingKey else { return nil }
        do throws(KeyFileError) {
            return try KeyFile.signingKey(at: signingKey)
        } catch {
            throw DaemonError(exitCode: 78, problem: "signing-key: \(error.path): \(error.problem)", hint: error.hint)
        }
    }

    /// The name of the key that signs snapshots; `nil` where none is configured.
    ///
    /// - Throws: as ``loadSigningKey()``.
    package func signingKeyID() throws(DaemonError) -> String? { try loadSigningKey()?.id }
}

extension StoreOptions.Signer {
    init(_ key: SigningKey) {
        self.init(keyID: key.id, sign: { digest throws in try key.signature(of: digest) })
    }
}
