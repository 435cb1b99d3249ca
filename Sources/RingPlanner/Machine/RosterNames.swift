import RingCore

/// The rows of one pool by what operators call them, so that each of many changes in one finds its node at once.
///
/// Only ever asked for one entry: nothing depends on the order of a dictionary.
struct RosterNames {
    /// Nodes that are not removed.
    private(set) var nodeByName: [NodeName: NodeID] = [:]
    private(set) var nodeByAddress: [NodeAddress: NodeID] = [:]
    /// The slot that a node occupies.
    private(set) var slotByNode: [NodeID: SlotID] = [:]
    /// The slot of a label: the occupied one, where there are several.
    private(set) var slotByLabel: [String: SlotID] = [:]
    /// Addresses and labels of nodes that were removed and may be stale.
    private var formerAddresses: Set<NodeAddress> = []
    private var formerLabels: Set<String> = []
    /// The greatest position of an occupied slot; 0 for none.
    private(set) var lastPosition: Int64 = 0
    /// Nodes of all pools that are not removed.
    private(set) var liveCount: Int
    private let dialect: Dialect?
    private let options: [DialectChoice.Option]

    /// - Complexity: O(*n*) in the nodes and slots of the roster.
    init(of pool: PoolRecord, in roster: Roster) {
        dialect = try? Dialect.named(pool.dialect.name)
        options = pool.dialect.options
        liveCount = roster.nodes.count { $0.admin != .retired }
        for node in roster.nodes where node.pool == pool.id { add(node) }
        for slot in roster.slots where slot.pool == pool.id { add(slot) }
    }

    /// Whether a server at this address, or of this label, was removed from the pool and may hold what it had then.
    func wasHere(_ address: NodeAddress, label: String?) -> Bool {
        formerAddresses.contains(address) || label.map(formerLabels.contains) ?? false
    }

    mutating func replace(_ earlier: NodeRecord?, with node: NodeRecord) {
        liveCount += (node.admin == .retired ? 0 : 1) - (earlier.map { $0.admin == .retired ? 0 : 1 } ?? 0)
        if let earlier, earlier.admin != .retired {
            if nodeByName[earlier.name] == earlier.id { nodeByName[earlier.name] = nil }
            if nodeByAddress[earlier.address] == earlier.id { nodeByAddress[earlier.address] = nil }
        }
        add(node)
    }

    mutating func replace(_ earlier: SlotRecord?, with slot: SlotRecord) {
        if let earlier {
            if let node = earlier.node, slotByNode[node] == earlier.id { slotByNode[node] = nil }
            if slotByLabel[earlier.label] == earlier.id { slotByLabel[earlier.label] = nil }
        }
        add(slot)
    }

    private mutating func add(_ node: NodeRecord) {
        guard node.admin == .retired else {
            nodeByName[node.name] = node.id
            nodeByAddress[node.address] = node.id
            return
        }
        guard node.mayBeStale else { return }
        formerAddresses.insert(node.address)
        if let label = try? dialect?.label(for: node.address, options: options) { formerLabels.insert(label) }
    }

    private mutating func add(_ slot: SlotRecord) {
        if let node = slot.node {
            slotByNode[node] = slot.id
            slotByLabel[slot.label] = slot.id
            lastPosition = max(lastPosition, slot.position)
        } else if slotByLabel[slot.label] == nil {
            slotByLabel[slot.label] = slot.id
        }
    }
}
