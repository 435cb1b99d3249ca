package import RingAPI
package import RingCore
package import RingPlanner
package import RingServer
import RingSnapshots
import RingStore

extension DaemonControlPlane {
    package func ring(of pool: PoolName?, _ selection: RingSelection) async throws(Refusal) -> RingDetail {
        let record = try await coordinator.record(of: pool)
        try refuseFuture(selection, "at")
        let found = try await read { store throws(StoreError) -> Found? in
            guard let version = try store.version(selection, of: record) else { return nil }
            let next = try store.version(version.version.next, of: record.name)
            return Found(version: version, slots: try store.slots(of: version), supersededAt: next?.createdAt)
        }
        guard let found else { throw missing(selection, of: record) }
        return detail(of: found, pool: record.name)
    }

    private struct Found: Sendable {
        let version: StoredVersion
        let slots: PublishedSlots
        let supersededAt: WallTime?
    }

    func missing(_ selection: RingSelection, of pool: PoolRecord) -> Refusal {
        let newest = pool.version.map { "the newest version is \($0)" } ?? "its ring was never filled"
        switch selection {
        case .current:
            return emptyRing(pool.name)
        case .version(let version):
            return Refusal(
                .notFound,
                field: "version",
                problem: "pool '\(pool.name)' has no version \(version)",
                hint: newest
            )
        case .at(let time):
            return Refusal(
                .notFound,
                field: "at",
                problem: "pool '\(pool.name)' had no ring at \(time)",
                hint: "'ringctl ring history' shows since when it has one; \(newest)"
            )
        }
    }

    private func detail(of found: Found, pool: PoolName) -> RingDetail {
        let version = found.version
        let ring = found.slots.ring
        return RingDetail(
            pool: pool.text,
            version: version.version.value,
            parent: version.parent?.value,
            epoch: version.epoch.value,
            createdAt: version.createdAt,
            supersededAt: found.supersededAt,
            dialect: DialectName(version.dialect),
            digest: version.digest.description,
            agreement: version.agreement.description,
            shareMethod: ring.shareMethod,
            change: HistoryRow(version),
            slots: zip(found.slots.contents, ring.shares).map { RingSlotRow($0, share: $1) }
        )
    }

    package func history(of pool: PoolName?, _ page: HistoryPage) async throws(Refusal) -> History {
        let name = try await coordinator.record(of: pool).name
        let versions = try await read { store throws(StoreError) in
            try store.history(of: name, before: page.before, limit: page.limit)
        }
        return History(pool: name.text, changes: versions.map(HistoryRow.init))
    }

    package func snapshotLocation(of pool: PoolName?) async throws(Refusal) -> SnapshotLocation {
        let (record, published) = try await coordinator.publication(of: pool)
        let name = record.name
        let stored = try await read { store throws(StoreError) -> StoredVersion? in
            try published.flatMap { version throws(StoreError) in try store.version(version, of: name) }
        }
        return SnapshotLocation(
            pool: name.text,
            path: "\(directory(of: name))/ring.json",
            version: published?.value,
            digest: stored?.digest.description,
            publishedAt: stored?.publishedAt
        )
    }

    package func snapshot(of pool: PoolName?, version: RingVersion?) async throws(Refusal) -> SnapshotFile {
        let (record, published) = try await coordinator.publication(of: pool)
        guard let published else { throw emptyRing(record.name) }
        let wanted = version ?? published
        guard wanted <= published else { throw missing(.version(wanted), of: record) }
        let name = record.name
        let snapshot = try await read { store throws(StoreError) -> Snapshot? in
            guard let stored = try store.version(wanted, of: name) else { return nil }
            return try store.snapshot(pool: stored.pool, version: stored.version)
        }
        guard let snapshot else { throw missing(.version(wanted), of: record) }
        return SnapshotFile(bytes: snapshot.encoded(), digest: snapshot.digest.description)
    }
}
