package import RingAPI
package import RingCore
package import RingPlanner
package import RingServer
import RingSnapshots
import RingStore

extension DaemonControlPlane {
    package func ring(of pool: PoolName?, _ selection: RingSelection) async throws(Refusal) -> RingDetail {
        let view = try await coordinator.view(of: pool)
        let name = view.record.name
        let current = view.record.version
        try refuseFuture(selection, "at")
        let found = try await read { store throws(StoreError) -> Found? in
            let version: StoredVersion? =
                switch selection {
                case .current:
                    try current.flatMap { version throws(StoreError) in try store.version(version, of: name) }
                case .version(let version): try store.version(version, of: name)
                case .at(let time): try store.version(at: time, of: name)
                }
            guard let version else { return nil }
            let next = try store.version(version.version.next, of: name)
            return Found(version: version, slots: try store.slots(of: version), supersededAt: next?.createdAt)
        }
        guard let found else { throw missing(selection, of: view.record) }
        return detail(of: found, pool: name)
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
        let view = try await coordinator.view(of: pool)
        let name = view.record.name
        let published = view.published
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
        let view = try await coordinator.view(of: pool)
        guard let published = view.published else { throw emptyRing(view.record.name) }
        let wanted = version ?? published
        guard wanted <= published else { throw missing(.version(wanted), of: view.record) }
        let name = view.record.name
        let snapshot = try await read { store throws(StoreError) -> Snapshot? in
            guard let stored = try store.version(wanted, of: name) else { return nil }
            return try store.snapshot(pool: stored.pool, version: stored.version)
        }
        guard let snapshot else { throw missing(.version(wanted), of: view.record) }
        return SnapshotFile(bytes: snapshot.encoded(), digest: snapshot.digest.description)
    }
}
