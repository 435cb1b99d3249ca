package import RingCore

/// What removing nodes would move, without doing it: the answer to `GET /v1/pools/{pool}/what-if`.
package struct RemovalPreview: Codable, Hashable, Sendable {
    package var schema = Schema.current
    package var pool: String
    /// The version that was looked at.
    package var version: Int64
    /// The nodes that would go, in the order asked for.
    package var removed: [String]
    /// Keys whose owner changes: own and collateral together.
    package var movedShare: Share
    package var ownShare: Share
    package var collateralShare: Share
    /// How the figures were found: `exact`, or the method with its error bound.
    package var shareMethod: String
    /// Slots whose share changes, in the order of the ring.
    package var shares: [ChangeResult.SlotShare]
    /// The slot that stays in the ring and grows by the largest factor; absent where none grows.
    package var worstGrowth: ChangePreview.Growth?

    package init(
        pool: String,
        version: Int64,
        removed: [String],
        movedShare: Share,
        ownShare: Share,
        collateralShare: Share,
        shareMethod: String,
        shares: [ChangeResult.SlotShare],
        worstGrowth: ChangePreview.Growth? = nil
    ) {
        self.pool = pool
        self.version = version
        self.removed = removed
        self.movedShare = movedShare
        self.ownShare = ownShare
        self.collateralShare = collateralShare
        self.shareMethod = shareMethod
        self.shares = shares
        self.worstGrowth = worstGrowth
    }

    enum CodingKeys: String, CodingKey {
        case schema, pool, version, removed, shares
        case movedShare = "moved_share"
        case ownShare = "own_share"
        case collateralShare = "collateral_share"
        case shareMethod = "share_method"
        case worstGrowth = "worst_growth"
    }
}
