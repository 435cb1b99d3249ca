import RingCore

extension JSONReader {
    /// The slots of a ring: at least one, and no label, node or address twice.
    mutating func slots(limits: SnapshotLimits) throws(SnapshotError) -> [PublishedSlot] {
        var slots: [PublishedSlot] = []
        var points = 0
        // As bytes: Swift takes texts for equal that differ in bytes, and bytes are what a dialect hashes.
        var labels: Set<[UInt8]> = []
        var nodes: Set<NodeName> = []
        var addresses: Set<NodeAddress> = []
        try beginArray()
        while try nextElement() {
            guard slots.count < limits.slots else {
                throw SnapshotError(.tooLarge, problem: "more than \(limits.slots) slots")
            }
            do throws(SnapshotError) {
                let slot = try slot()
                points += slot.points ?? 0
                guard points <= limits.points else {
                    throw SnapshotError(.tooLarge, member: "points", problem: "more than \(limits.points) in all")
                }
                guard labels.insert(Array(slot.label.utf8)).inserted else { throw twice("label", slot.label) }
                guard nodes.insert(slot.node).inserted else { throw twice("node", slot.node.text) }
                guard addresses.insert(slot.address).inserted else { throw twice("host", "\(slot.address)") }
                slots.append(slot)
            } catch {
                throw SnapshotError(
                    error.code,
                    member: "[\(slots.count)]" + (error.member.isEmpty ? "" : ".\(error.member)"),
                    problem: error.problem
                )
            }
        }
        guard !slots.isEmpty else { throw SnapshotError(.noSlots, problem: "there is no slot") }
        return slots
    }

    private func twice(_ member: String, _ value: String) -> SnapshotError {
        SnapshotError(.duplicate, member: member, problem: "'\(printable(value))' is there twice")
    }

    private mutating func slot() throws(SnapshotError) -> PublishedSlot {
        var (label, host, zone): (String?, String?, String?)
        var (weight, points, port): (Int64?, Int64?, Int64?)
        var state: PublishedSlot.State?
        var node: NodeName?
        try eachMember { (reader, name) throws(SnapshotError) in
            switch name {
            case "label": label = try reader.text(limit: labelByteLimit)
            case "weight": weight = try reader.positive()
            case "points": points = reader.null() ? nil : try reader.natural()
            case "state": state = try reader.state()
            case "node": node = try reader.value(NodeName.init)
            case "host": host = try reader.string()
            case "port": port = reader.null() ? nil : try reader.positive()
            case "zone": zone = reader.null() ? nil : try reader.text()
            default: try reader.skipValue()
            }
        }
        return PublishedSlot(
            label: try present(label, "label"),
            weight: try Self.weight(present(weight, "weight")),
            points: points.map(Int.init),
            state: try present(state, "state"),
            node: try present(node, "node"),
            address: try Self.address(host: present(host, "host"), port: port),
            zone: zone
        )
    }

    private mutating func state() throws(SnapshotError) -> PublishedSlot.State {
        let word = try string()
        guard let state = PublishedSlot.State(rawValue: word) else {
            throw SnapshotError(.invalidValue, problem: "'\(printable(word))' is not 'in' or 'held'")
        }
        return state
    }

    private static func weight(_ number: Int64) throws(SnapshotError) -> Weight {
        do throws(SnapshotError) {
            return try valid { () throws(ValidationError) in try Weight(Int(number)) }
        } catch {
            throw error.inside("weight")
        }
    }

    private static func address(host: String, port: Int64?) throws(SnapshotError) -> NodeAddress {
        if let port, port > Int64(UInt16.max) {
            throw SnapshotError(.invalidValue, member: "port", problem: "\(port) is not a port")
        }
        do throws(ValidationError) {
            return try NodeAddress(host: host, port: port.map { UInt16($0) })
        } catch {
            throw SnapshotError(.invalidValue, member: error.field, problem: error.problem)
        }
    }
}
