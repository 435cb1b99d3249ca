import GRDB
package import RingCore
import RingPlanner
import RingSnapshots

extension RingStore {
    /// Makes a version of the same ring for each pool whose newest version the configured key has not signed.
    ///
    /// So clients that hold the new key only have something to load as soon as `ringd` signs with it, however long the ring
    /// stays as it is. Nothing moves. Without a configured key nothing is made.
    ///
    /// - Parameter now: the wall clock; the versions are later than their parents whatever it says.
    /// - Returns: the new versions, by pool.
    package func signNewestVersions(at now: WallTime) throws(StoreError) -> [(pool: PoolName, version: RingVersion)] {
        guard let signer = options.signer else { return [] }
        let roster = try loadRoster()
        var made: [(pool: PoolName, version: RingVersion)] = []
        for pool in roster.pools.sorted(by: { $0.name < $1.name }) {
            guard let newest = pool.version, try signatureKey(of: newest, in: pool.id) != signer.keyID else { continue }
            let number = max(newest, pool.versionFloor).next
            let event = AuditEvent(
                at: now,
                actor: .ringd,
                kind: .sign,
                pool: pool.name,
                reason: "signed by key \(signer.keyID) from this version on",
                detail: [.init("key", signer.keyID)]
            )
            var change = Change(id: ChangeID(1), events: [event], rows: [])
            change.version = try sameRing(as: newest, of: pool, number: number, epoch: roster.epoch, at: now)
            do throws(CommitError) {
                _ = try commit(change)
            } catch {
                throw error.cause
            }
            made.append((pool.name, number))
        }
        return made
    }

    /// Another version of the ring that a version had, with nothing changed in it.
    ///
    /// - Parameter time: when it is made, but at least a millisecond after the version that it follows.
    func sameRing(
        as newest: RingVersion,
        of pool: PoolRecord,
        number: RingVersion,
        epoch: Epoch,
        at time: WallTime?
    ) throws(StoreError) -> NewVersion? {
        guard let stored = try version(newest, of: pool.name) else { return nil }
        let hasContinuum = try read("read version \(newest)") { db in
            try Bool.fetchOne(
                db,
                sql: "SELECT has_continuum FROM ring_version WHERE pool_id = ? AND version = ?",
                arguments: [pool.id.value, newest.value]
            )
        }
        return NewVersion(
            pool: pool.id,
            version: number,
            parent: newest,
            epoch: epoch,
            createdAt: max(time ?? stored.createdAt, stored.createdAt.next),
            dialect: stored.dialect,
            changedSlots: [],
            removedSlots: [],
            agreement: stored.agreement.bytes,
            movedShare: .none,
            coldShare: .none,
            hasContinuum: hasContinuum ?? false
        )
    }

    /// The name of the key that signed a version; `nil` where none has.
    private func signatureKey(of version: RingVersion, in pool: PoolID) throws(StoreError) -> String? {
        try read("read who signed version \(version)") { db in
            try String.fetchOne(
                db,
                sql: "SELECT signature_key_id FROM ring_version WHERE pool_id = ? AND version = ?",
                arguments: [pool.value, version.value]
            )
        }
    }
}

extension WallTime {
    /// A millisecond later.
    var next: WallTime { WallTime(milliseconds: milliseconds + 1) }
}
