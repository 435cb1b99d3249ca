package import RingCore

extension Roster {
    /// The roster after `change` was committed: equal to what the store would load.
    ///
    /// - Complexity: O(*n*) in pools, nodes and slots.
    package func applying(_ change: Change) -> Roster {
        var next = self
        for row in change.rows { next.apply(row) }
        if let version = change.version { next.apply(version) }
        if let answer = change.answer { next.remember(answer) }
        return next
    }

    mutating func remember(_ answer: AnsweredRequest) {
        recentRequests.append(answer)
        recentRequests.removeFirst(max(0, recentRequests.count - Self.recentRequestLimit))
    }

    mutating func apply(_ row: RowChange) {
        switch row {
        case .pool(let record):
            formerPools.removeAll { $0.name == record.name }
            pools.insertOrReplace(record)
            nextPool = max(nextPool, PoolID(record.id.value + 1))
        case .poolDeleted(let id):
            if let pool = pools.first(where: { $0.id == id }), pool.newestNumber > RingVersion(0) {
                let version = pool.newestNumber
                let createdAt = pool.versionCreatedAt ?? pool.createdAt
                formerPools.removeAll { $0.name == pool.name }
                formerPools.append(FormerPool(name: pool.name, version: version, createdAt: createdAt))
                formerPools.sort { $0.name < $1.name }
            }
            pools.removeAll { $0.id == id }
            nodes.removeAll { $0.pool == id }
            slots.removeAll { $0.pool == id }
            charges.removeAll { $0.pool == id }
        case .node(let record):
            nodes.insertOrReplace(record)
            nextNode = max(nextNode, NodeID(record.id.value + 1))
        case .slot(let record):
            slots.insertOrReplace(record)
            nextSlot = max(nextSlot, SlotID(record.id.value + 1))
        }
    }

    mutating func apply(_ version: NewVersion) {
        guard let index = pools.firstIndex(where: { $0.id == version.pool }) else {
            preconditionFailure("version \(version.version) of a pool that is not there: \(version.pool)")
        }
        pools[index].version = version.version
        pools[index].versionCreatedAt = version.createdAt
        guard version.isAutomatic else { return }
        let charge = Charge(pool: version.pool, version: version.version, at: version.createdAt, share: version.charge)
        let oldest = version.createdAt.milliseconds - Charge.memoryMilliseconds
        charges.removeAll { $0.pool == version.pool && $0.at.milliseconds < oldest }
        charges.append(charge)
        charges.sort { ($0.pool, $0.version) < ($1.pool, $1.version) }
    }

    /// The pool of that identifier.
    package func pool(_ id: PoolID) -> PoolRecord? { pools.find(id).map { pools[$0] } }

    /// The pool of that name.
    package func pool(named name: PoolName) -> PoolRecord? { pools.first { $0.name == name } }

    /// The node of that identifier.
    package func node(_ id: NodeID) -> NodeRecord? { nodes.find(id).map { nodes[$0] } }

    /// The slot of that identifier.
    package func slot(_ id: SlotID) -> SlotRecord? { slots.find(id).map { slots[$0] } }
}

/// A row that is found by its identifier.
protocol RosterRow {
    associatedtype RowID: Comparable
    var id: RowID { get }
}

extension PoolRecord: RosterRow {}
extension NodeRecord: RosterRow {}
extension SlotRecord: RosterRow {}

extension Array where Element: RosterRow {
    /// The index of the row of that identifier, in an array that rises by identifier.
    ///
    /// - Complexity: O(log *n*).
    func find(_ id: Element.RowID) -> Int? {
        let index = lowerBound(of: id)
        return index < count && self[index].id == id ? index : nil
    }

    private func lowerBound(of id: Element.RowID) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if self[middle].id < id { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Keeps the array rising, with one row an identifier.
    fileprivate mutating func insertOrReplace(_ row: Element) {
        let index = lowerBound(of: row.id)
        if index < count, self[index].id == row.id {
            self[index] = row
        } else {
            insert(row, at: index)
        }
    }
}
