import RingCore

/// The volatile facts of every live node, found by identifier and kept side by side.
///
/// A probe reads a few fields of one node. Through `values` they are read where they are; the subscript by identifier
/// copies the whole of it out and in, which is fine for what happens seldom.
struct NodeTable: Sendable {
    /// In no order that means anything; an index holds until a node is added or removed.
    var values: [NodeRuntime] = []
    private var ids: [NodeID] = []
    private var places: [NodeID: Int] = [:]

    /// The place of a node in `values`; `nil` where there is no such node.
    func index(forKey id: NodeID) -> Int? { places[id] }

    /// The nodes of a pool that are in a state, by rising identifier.
    ///
    /// - Complexity: O(*n*) in nodes, with a look at two fields of each.
    func ids(of pool: PoolID, in state: Health) -> [NodeID] {
        values.indices.filter { values[$0].pool == pool && values[$0].health.state == state }.map { ids[$0] }.sorted()
    }

    /// What probes say of a node, read where it is; `nil` where there is no such node.
    func state(of id: NodeID) -> Health? {
        guard let place = places[id] else { return nil }
        return values[place].health.state
    }

    /// The facts of a node; `nil` where there is no such node, and to remove it.
    subscript(id: NodeID) -> NodeRuntime? {
        get { places[id].map { values[$0] } }
        set {
            switch (places[id], newValue) {
            case (let index?, let value?): values[index] = value
            case (let index?, nil): remove(at: index)
            case (nil, let value?):
                places[id] = values.count
                ids.append(id)
                values.append(value)
            case (nil, nil): break
            }
        }
    }

    /// The last node takes the place of the one that goes.
    private mutating func remove(at index: Int) {
        places[ids[index]] = nil
        let last = values.count - 1
        if index != last {
            values.swapAt(index, last)
            ids.swapAt(index, last)
            places[ids[index]] = index
        }
        values.removeLast()
        ids.removeLast()
    }
}
