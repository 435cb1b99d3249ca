import GRDB
import RingCore
import RingPlanner

/// Reads and writes the rows of the roster: the records of the planner on one side, columns on the other.
enum RosterRows {
    static func pool(_ row: Row, _ db: Database) throws -> PoolRecord {
        let policyText: String = row["policy"]
        var policy = Policy()
        for (name, value) in try JSONText.members(of: policyText, db) {
            try policy.set(name.replacing("_", with: "-"), to: value)
        }
        try policy.validate()
        var freeze: PoolRecord.Freeze?
        if let cause: String = row["freeze_cause"] {
            freeze = PoolRecord.Freeze(
                cause: try known(PoolRecord.Freeze.Cause(rawValue: cause), "pool.freeze_cause", cause),
                reason: row["freeze_reason"],
                at: WallTime(milliseconds: row["freeze_at"])
            )
        }
        return PoolRecord(
            id: PoolID(row["id"]),
            name: try PoolName(row["name"]),
            dialect: try dialect(row, db),
            policy: policy,
            freeze: freeze,
            needsAck: row["needs_ack"],
            acknowledgedAt: (row["acknowledged_at"] as Int64?).map(WallTime.init),
            version: (row["version"] as Int64?).map(RingVersion.init),
            versionCreatedAt: (row["version_created_at"] as Int64?).map(WallTime.init),
            versionFloor: RingVersion(row["version_floor"]),
            createdAt: WallTime(milliseconds: row["created_at"])
        )
    }

    static func dialect(_ row: Row, _ db: Database) throws -> DialectChoice {
        let options = try JSONText.members(of: row["options"], db)
        return DialectChoice(
            name: row["dialect"],
            options: options.map { DialectChoice.Option(name: $0.name, value: $0.value) }
        )
    }

    static func options(of dialect: DialectChoice) -> String {
        JSONText.object(dialect.options.map { ($0.name, $0.value) })
    }

    static func node(_ row: Row, _ db: Database) throws -> NodeRecord {
        let admin: String = row["admin"]
        return NodeRecord(
            id: NodeID(row["id"]),
            pool: PoolID(row["pool_id"]),
            name: try NodeName(row["name"]),
            address: try address(row),
            zone: row["zone"],
            tags: try JSONText.elements(of: row["tags"], db),
            admin: try known(AdminState(rawValue: admin), "node.admin", admin),
            adminReason: row["admin_reason"],
            adminUntil: (row["admin_until"] as Int64?).map(WallTime.init),
            flapPenalty: row["flap_penalty"],
            isDamped: row["is_damped"],
            mayBeStale: row["may_be_stale"],
            createdAt: WallTime(milliseconds: row["created_at"])
        )
    }

    static func address(_ row: Row) throws -> NodeAddress {
        try NodeAddress(host: row["host"], port: (row["port"] as Int64?).map { UInt16(clamping: $0) })
    }

    static func slot(_ row: Row) throws -> SlotRecord {
        let placement: String = row["placement"]
        return SlotRecord(
            id: SlotID(row["id"]),
            pool: PoolID(row["pool_id"]),
            label: row["label"],
            weight: try Weight(row["weight"]),
            position: row["position"],
            node: (row["node_id"] as Int64?).map(NodeID.init),
            placement: try known(Placement(rawValue: placement), "slot.placement", placement),
            ramp: row["ramp"],
            coveredFor: (row["covered_for"] as Int64?).map(NodeID.init),
            since: WallTime(milliseconds: row["since"])
        )
    }

    static func write(_ pool: PoolRecord, _ db: Database) throws {
        let overrides = pool.policy.overrides.map { ($0.key.replacing("-", with: "_"), $0.value) }
        try db.upsert(
            "pool",
            id: pool.id.value,
            [
                ("name", pool.name.text), ("dialect", pool.dialect.name), ("options", options(of: pool.dialect)),
                ("policy", JSONText.object(overrides)), ("freeze_cause", pool.freeze?.cause.rawValue),
                ("freeze_reason", pool.freeze?.reason), ("freeze_at", pool.freeze?.at.milliseconds),
                ("needs_ack", pool.needsAck), ("acknowledged_at", pool.acknowledgedAt?.milliseconds),
                ("version_floor", pool.versionFloor.value),
                ("created_at", pool.createdAt.milliseconds),
            ]
        )
    }

    static func write(_ node: NodeRecord, _ db: Database) throws {
        try db.upsert(
            "node",
            id: node.id.value,
            [
                ("pool_id", node.pool.value), ("name", node.name.text), ("host", node.address.host),
                ("port", node.address.port.map { Int64($0) }), ("zone", node.zone),
                ("tags", JSONText.array(node.tags)), ("admin", node.admin.rawValue),
                ("admin_reason", node.adminReason), ("admin_until", node.adminUntil?.milliseconds),
                ("flap_penalty", node.flapPenalty), ("is_damped", node.isDamped),
                ("may_be_stale", node.mayBeStale), ("created_at", node.createdAt.milliseconds),
            ]
        )
    }

    static func write(_ slot: SlotRecord, _ db: Database) throws {
        try db.upsert(
            "slot",
            id: slot.id.value,
            [
                ("pool_id", slot.pool.value), ("label", slot.label), ("weight", slot.weight.value),
                ("position", slot.position), ("node_id", slot.node?.value), ("placement", slot.placement.rawValue),
                ("ramp", slot.ramp), ("covered_for", slot.coveredFor?.value), ("since", slot.since.milliseconds),
            ]
        )
    }
}

extension Database {
    /// Inserts a row or replaces the columns of the one with that identifier.
    ///
    /// Never `REPLACE`, which deletes the row that is in the way.
    fileprivate func upsert(
        _ table: String,
        id: Int64,
        _ columns: [(name: String, value: (any DatabaseValueConvertible)?)]
    ) throws {
        let names = columns.map(\.name)
        let statement = try cachedStatement(
            sql: """
                INSERT INTO \(table) (id, \(names.joined(separator: ", ")))
                VALUES (?\(String(repeating: ", ?", count: names.count)))
                ON CONFLICT (id) DO UPDATE SET \(names.map { "\($0) = excluded.\($0)" }.joined(separator: ", "))
                """
        )
        try statement.execute(arguments: StatementArguments([id] + columns.map(\.value)))
    }
}
