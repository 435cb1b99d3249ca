package import RingCore

/// What a change did, or would do: the answer to `POST /v1/changes`.
package struct ChangeResult: Codable, Hashable, Sendable {
    package var schema = Schema.current
    /// Whether it was done; a preview is not.
    package var done: Bool
    package var request: String
    package var pool: String
    /// One line: `added cache-8 10.0.0.8:11211`.
    package var summary: String
    package var oldVersion: Int64?
    package var newVersion: Int64?
    /// Keys whose owner changes: own and collateral together.
    package var movedShare: Share
    package var ownShare: Share
    package var collateralShare: Share
    /// Keys that will miss until refilled.
    package var coldShare: Share
    /// How the figures were found: `exact`, or the method with its error bound.
    package var shareMethod: String
    /// Slots whose share changes, in the order of the ring.
    package var shares: [SlotShare]
    /// The slot that stays in the ring and grows by the largest factor; absent where none grows.
    package var worstGrowth: ChangePreview.Growth?
    /// The other slots of the ring, in previews.
    package var unchanged: [ChangePreview.Unchanged]?
    /// What the guards would say, if automation wanted the change, in previews; empty where no version comes of it.
    package var guards: [ChangePreview.Verdict]?
    /// What the change leads to, as a digest, in previews: `if_outcome` of ``ChangeRequest``.
    package var outcome: String?
    package var notices: [String]

    /// A slot's share before and after.
    package struct SlotShare: Codable, Hashable, Sendable {
        package var node: String
        package var label: String
        package var before: Share
        package var after: Share

        package init(node: String, label: String, before: Share, after: Share) {
            self.node = node
            self.label = label
            self.before = before
            self.after = after
        }
    }

    package init(
        done: Bool,
        request: String,
        pool: String,
        summary: String,
        oldVersion: Int64?,
        newVersion: Int64?,
        movedShare: Share,
        ownShare: Share,
        collateralShare: Share,
        coldShare: Share,
        shareMethod: String,
        shares: [SlotShare],
        notices: [String]
    ) {
        self.done = done
        self.request = request
        self.pool = pool
        self.summary = summary
        self.oldVersion = oldVersion
        self.newVersion = newVersion
        self.movedShare = movedShare
        self.ownShare = ownShare
        self.collateralShare = collateralShare
        self.coldShare = coldShare
        self.shareMethod = shareMethod
        self.shares = shares
        self.notices = notices
    }

    enum CodingKeys: String, CodingKey {
        case schema, done, request, pool, summary, shares, unchanged, guards, outcome, notices
        case oldVersion = "old_version"
        case newVersion = "new_version"
        case movedShare = "moved_share"
        case ownShare = "own_share"
        case collateralShare = "collateral_share"
        case coldShare = "cold_share"
        case shareMethod = "share_method"
        case worstGrowth = "worst_growth"
    }
}
