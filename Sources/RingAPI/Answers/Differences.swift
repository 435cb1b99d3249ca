package import RingCore

/// What differs between two versions of a ring: the answer to `GET /v1/pools/{pool}/diff`.
package struct RingDifference: Codable, Hashable, Sendable {
    package var schema = Schema.current
    package var pool: String
    package var from: Side
    package var to: Side
    /// Keys whose owner differs: own and collateral together.
    package var movedShare: Share
    /// Keys that go to or come from a slot that differs.
    package var ownShare: Share
    /// Keys that move between slots that are the same in both.
    package var collateralShare: Share
    /// How shares were found: `exact`, or the method with its error bound.
    package var shareMethod: String
    /// The slots that differ, by what happened to them, then in the order of the ring.
    package var slots: [SlotDifference]

    /// One of the two versions.
    package struct Side: Codable, Hashable, Sendable {
        package var version: Int64
        package var createdAt: WallTime
        package var dialect: DialectName
        package var digest: String
        package var slots: Int

        package init(version: Int64, createdAt: WallTime, dialect: DialectName, digest: String, slots: Int) {
            self.version = version
            self.createdAt = createdAt
            self.dialect = dialect
            self.digest = digest
            self.slots = slots
        }

        enum CodingKeys: String, CodingKey {
            case version, dialect, digest, slots
            case createdAt = "created_at"
        }
    }

    package init(
        pool: String,
        from: Side,
        to: Side,
        movedShare: Share,
        ownShare: Share,
        collateralShare: Share,
        shareMethod: String,
        slots: [SlotDifference]
    ) {
        self.pool = pool
        self.from = from
        self.to = to
        self.movedShare = movedShare
        self.ownShare = ownShare
        self.collateralShare = collateralShare
        self.shareMethod = shareMethod
        self.slots = slots
    }

    enum CodingKeys: String, CodingKey {
        case schema, pool, from, to, slots
        case movedShare = "moved_share"
        case ownShare = "own_share"
        case collateralShare = "collateral_share"
        case shareMethod = "share_method"
    }
}

/// A slot that differs between two versions; slots are the same where their labels are.
package struct SlotDifference: JSONRow, Hashable, Sendable {
    package var label: String
    package var change: Change
    /// What differs in a changed slot: `weight`, `node`, `address`, `zone`, `state`, `points`.
    package var fields: [String]
    /// Absent for an added slot.
    package var before: RingSlotRow?
    /// Absent for a removed slot.
    package var after: RingSlotRow?

    /// What happened to the slot.
    package enum Change: String, Codable, Hashable, Sendable, CaseIterable {
        case added
        case removed
        case changed
    }

    package init(label: String, change: Change, fields: [String], before: RingSlotRow?, after: RingSlotRow?) {
        self.label = label
        self.change = change
        self.fields = fields
        self.before = before
        self.after = after
    }

    package init(reading row: inout JSONRowReader) throws {
        label = try row.string("label")
        change = try row.value("change")
        fields = try row.strings("fields")
        before = try row.optionalRow("before")
        after = try row.optionalRow("after")
    }

    package func write(into row: inout JSONRowWriter) {
        row.write("label", label)
        row.write("change", change.rawValue)
        row.write("fields", fields)
        if let before { row.write("before", before) }
        if let after { row.write("after", after) }
    }
}
