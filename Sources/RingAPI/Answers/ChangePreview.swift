package import RingCore

/// What a preview says beyond the figures of the change itself: members of ``ChangeResult``.
package enum ChangePreview {
    /// The slot that stays in the ring and grows by the largest factor.
    package struct Growth: Codable, Hashable, Sendable {
        package var node: String
        package var label: String
        package var before: Share
        package var after: Share
        /// `after` divided by `before`, to the hundredth.
        package var factor: Double

        package init(node: String, label: String, before: Share, after: Share, factor: Double) {
            self.node = node
            self.label = label
            self.before = before
            self.after = after
            self.factor = factor
        }

        /// `1.25`, always with two decimals.
        package var factorText: String {
            let hundredths = Int64((factor * 100).rounded())
            return "\(hundredths / 100)." + (hundredths % 100 < 10 ? "0" : "") + "\(hundredths % 100)"
        }
    }

    /// A slot whose share stays.
    package struct Unchanged: Codable, Hashable, Sendable {
        package var node: String
        package var label: String
        package var share: Share

        package init(node: String, label: String, share: Share) {
            self.node = node
            self.label = label
            self.share = share
        }
    }

    /// What a guard of automation would say, if automation wanted the change.
    package struct Verdict: Codable, Hashable, Sendable {
        /// `frozen`, `self-distrust`, `observe`, `floor`, `budget`, `needs-ack` or `stale-return`.
        package var `guard`: String
        package var allows: Bool
        /// One sentence with the figures.
        package var explanation: String

        package init(guard name: String, allows: Bool, explanation: String) {
            self.guard = name
            self.allows = allows
            self.explanation = explanation
        }
    }
}
