import RingCore
import RingPlanner
import RingServer
import RingStore

extension RingStore {
    /// The version that is meant, if the pool has it.
    func version(_ selection: RingSelection, of pool: PoolRecord) throws(StoreError) -> StoredVersion? {
        switch selection {
        case .current:
            try pool.version.flatMap { version throws(StoreError) in try self.version(version, of: pool.name) }
        case .version(let version): try self.version(version, of: pool.name)
        case .at(let time): try self.version(at: time, of: pool.name)
        }
    }
}
