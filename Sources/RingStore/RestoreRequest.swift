package import RingCore

/// What is to be restored, and what is known of the numbers that clients have seen.
package struct RestoreRequest: Sendable {
    /// The copy, which is only read.
    package var file: String
    /// The database that it replaces.
    package var path: String
    /// The newest version of each pool that is on disk for clients.
    package var published: [Published] = []
    /// Numbers that the operator says were used, by pool.
    package var floors: [PoolName: RingVersion] = [:]
    /// The same for every pool.
    package var floorOfAll: RingVersion?
    /// Also another installation's copy.
    package var isForced = false
    /// Signs the version that each pool gets; `nil` leaves it unsigned.
    package var signer: StoreOptions.Signer?
    package var actor: RestoreActor
    package var now: WallTime

    /// What clients read now.
    package struct Published: Hashable, Sendable {
        package var pool: PoolName
        /// `nil` where there is a directory and no snapshot that could be read.
        package var place: Place?

        package struct Place: Hashable, Sendable {
            package var version: RingVersion
            package var epoch: Epoch
            package var createdAt: WallTime

            package init(version: RingVersion, epoch: Epoch, createdAt: WallTime) {
                self.version = version
                self.epoch = epoch
                self.createdAt = createdAt
            }
        }

        package init(pool: PoolName, place: Place?) {
            self.pool = pool
            self.place = place
        }
    }

    /// Who restores.
    package struct RestoreActor: Hashable, Sendable {
        package var user: String
        package var uid: UInt32
        package var pid: Int32

        package init(user: String, uid: UInt32, pid: Int32) {
            self.user = user
            self.uid = uid
            self.pid = pid
        }
    }

    package init(file: String, path: String, actor: RestoreActor, now: WallTime) {
        self.file = file
        self.path = path
        self.actor = actor
        self.now = now
    }
}

/// What was restored.
package struct RestoreReceipt: Hashable, Sendable {
    /// The former database; `nil` where there was none.
    package var setAside: String?
    /// By name.
    package var pools: [Pool]

    /// A pool of the restored database.
    package struct Pool: Hashable, Sendable {
        package var name: PoolName
        /// The newest version of the copy; `nil` where its ring was never filled.
        package var copied: RingVersion?
        /// The version that clients get next; `nil` where there is nothing to publish.
        package var next: RingVersion?
    }
}
