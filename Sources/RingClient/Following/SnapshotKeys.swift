import RingCore
import RingSigning

/// The public keys of which one must have signed a version before it is used.
///
/// A version that is unsigned, altered or signed by somebody else is refused, and the last good ring stays in use. While
/// `ringd` is given a new key, clients hold the old one and the new one; the order of restarts does not matter then.
public struct SnapshotKeys: Hashable, Sendable {
    let trusted: TrustedKeys

    /// Reads a file of public keys, as `ringctl key generate` writes it: a line for each.
    ///
    /// - Throws: ``RingClientError/Code/invalidKeys``, also for a private key, which no client should have.
    public init(path: String) throws(RingClientError) {
        do throws(KeyFileError) {
            trusted = try KeyFile.trustedKeys(at: path)
        } catch {
            throw RingClientError(.invalidKeys, "\(error)")
        }
    }

    /// Reads the same lines from a text, for programs whose configuration has them.
    ///
    /// - Throws: ``RingClientError/Code/invalidKeys``, also for a private key, which no client should have.
    public init(parsing text: String) throws(RingClientError) {
        do throws(ValidationError) {
            trusted = try TrustedKeys(parsing: text)
        } catch {
            throw RingClientError(.invalidKeys, "\(error.field): \(error.problem); \(error.hint)")
        }
    }
}
