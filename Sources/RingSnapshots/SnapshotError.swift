/// Why a snapshot, or the note that `ringd` is alive, is not acceptable.
///
/// Whoever reads a file keeps what it has when this error is thrown, and shows it to people.
package struct SnapshotError: Error, Hashable, Sendable {
    /// The kind of the defect, as a stable word.
    package enum Code: String, Hashable, Sendable, CaseIterable {
        /// Beyond a limit: bytes, slots, points or depth.
        case tooLarge = "too-large"
        /// Not JSON in UTF-8, or not whole.
        case malformed
        /// A format that this reader does not know.
        case unknownFormat = "unknown-format"
        /// A member that must be there is not.
        case missingMember = "missing-member"
        /// The same member, label, node or address twice.
        case duplicate
        /// A member holds something that it may not hold.
        case invalidValue = "invalid-value"
        /// A ring without slots, which nobody may adopt.
        case noSlots = "no-slots"
        /// The snapshot of another pool.
        case otherPool = "other-pool"
        /// The content is not what the digest says.
        case digestMismatch = "digest-mismatch"
        /// Keys are configured, and the snapshot has no signature.
        case unsigned
        /// The signature names a key that is not configured.
        case unknownKey = "unknown-key"
        /// The signature was not made by the key that it names, or not over this content.
        case badSignature = "bad-signature"
    }

    package let code: Code
    /// The member at fault, as a path: `slots[3].label`; empty where the whole file is meant.
    package let member: String
    /// What is wrong, as a sentence without a full stop, safe to print.
    package let problem: String

    package init(_ code: Code, member: String = "", problem: String) {
        self.code = code
        self.member = member
        self.problem = problem
    }

    /// The same error, with the member placed inside another one.
    func inside(_ outer: String) -> SnapshotError {
        let isIndex = member.utf8.first == 0x5B
        let path = member.isEmpty ? outer : outer + (isIndex ? "" : ".") + member
        return SnapshotError(code, member: path, problem: problem)
    }
}

extension SnapshotError: CustomStringConvertible {
    package var description: String {
        member.isEmpty ? "\(code.rawValue): \(problem)" : "\(code.rawValue): \(member): \(problem)"
    }
}
