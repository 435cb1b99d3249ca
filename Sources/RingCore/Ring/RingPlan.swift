/// Everything that is decided about a ring before its points are made: rule, order, numbers of points.
struct RingPlan: Sendable {
    let rule: DialectRule
    let slots: [PlacedSlot]
    /// The slots that take part, in the dialect's order.
    let order: [Int]

    init(dialect choice: DialectChoice, slots: [RingSlot]) throws(ValidationError) {
        let dialect = try Dialect.named(choice.name)
        let rule = try dialect.rule(with: choice.options)
        try Ring.validate(slots, for: dialect)
        let placed = slots.map { slot in
            PlacedSlot(label: slot.label, weight: rule.weights.weight(of: slot.weight), limit: slot.limit)
        }
        try self.init(rule: rule, slots: placed)
    }

    init(rule: DialectRule, slots: [PlacedSlot]) throws(ValidationError) {
        var rule = rule
        if rule.weightsSwitchToKetama, slots.contains(where: { $0.weight.whole > 1 }) {
            rule.points = .ketama
            rule.count = .ketamaSingle
        }
        let order = try Self.order(of: slots, by: rule)
        self.rule = rule
        self.slots = rule.points == .none ? slots : try Self.counting(pointsOf: slots, order: order, by: rule)
        self.order = order
        switch rule.engine {
        case .table(isWeighted: true): try Self.refuseSize(order.reduce(0) { $0 + slots[$1].weight.whole })
        case .maglev, .rendezvous(.hash128(isWeighted: true)), .weightedCh3:
            if order.allSatisfy({ slots[$0].weight.number == 0 }) { try Self.refuseSize(0) }
        case .continuum, .wideContinuum, .buckets, .table(isWeighted: false), .rendezvous, .jump, .ch3: break
        }
    }

    /// Makes the points or the table.
    func placement() -> Ring.Placement {
        switch rule.engine {
        case .continuum: .continuum(Continuum(of: slots, order: order, rule: rule))
        case .wideContinuum: .wideContinuum(WideContinuum(of: slots, order: order, rule: rule))
        case .buckets(let count): .table(SlotTable(buckets: count, on: Continuum(of: slots, order: order, rule: rule)))
        case .table(isWeighted: false): .table(SlotTable(entries: order.map { UInt32($0) }))
        case .table(isWeighted: true): .table(SlotTable(repeating: slots, order: order))
        case .maglev(let length): .table(SlotTable(entries: maglevEntries(of: slots, order: order, length: length)))
        case .rendezvous(let draw): .rendezvous(Rendezvous(draw: draw, slots: slots, order: order))
        case .jump: .jump
        case .ch3: .ch3
        case .weightedCh3: .weightedCh3(WeightedCh3(slots: slots, order: order))
        }
    }

    /// Takes over the points of slots that `previous` has too, if that is possible and worth it.
    func placement(reusing previous: Ring) -> Ring.Placement? {
        guard rule == previous.rule, rule.engine == .continuum, rule.ties == .firstOwns, rule.search == .atOrAfter,
            rule.ejected.isEmpty, case .continuum(let old) = previous.placement,
            let takeover = PointTakeover(from: previous, to: self)
        else { return nil }
        var points = PointCollector(rule: rule, capacity: takeover.freshCount)
        for (place, slot) in order.enumerated() where !takeover.isKept[slot] {
            points.collect(label: slots[slot].label, place: place, count: slots[slot].pointCount)
        }
        var fresh = points.finish()
        return .continuum(old.replacing(with: &fresh, order: order, heirs: takeover.heirs, places: takeover.places))
    }

    private static func order(of slots: [PlacedSlot], by rule: DialectRule) throws(ValidationError) -> [Int] {
        var isEjected = [Bool](repeating: false, count: slots.count)
        for slot in rule.ejected {
            guard slots.indices.contains(slot) else {
                throw ValidationError(
                    field: "option",
                    problem: "ejected names server \(slot), and there are \(slots.count)",
                    hint: "count servers from 0"
                )
            }
            isEjected[slot] = true
        }
        let live = slots.indices.filter { !isEjected[$0] }
        guard !live.isEmpty else {
            throw ValidationError(field: "option", problem: "every server is ejected", hint: "leave at least one")
        }
        guard rule.order != .listed else { return live }
        let keys = slots.map { SortKey(label: $0.label, order: rule.order) }
        let beginnings = keys.map(\.beginning)
        return live.sorted {
            beginnings[$0] != beginnings[$1] ? beginnings[$0] < beginnings[$1] : keys[$0] < keys[$1]
        }
    }

    private static func counting(
        pointsOf slots: [PlacedSlot],
        order: [Int],
        by rule: DialectRule
    ) throws(ValidationError) -> [PlacedSlot] {
        var slots = slots
        var sum = 0
        for (slot, full) in zip(order, rule.count.points(weights: order.map { slots[$0].weight })) {
            if case .count(let count) = slots[slot].limit, !(min(1, full)...full).contains(count) {
                throw ValidationError(
                    field: "points",
                    problem: "'\(printable(slots[slot].label))' cannot have \(count) points",
                    hint: "at this weight it has \(full)"
                )
            }
            slots[slot].pointCount = slots[slot].limit.points(of: full)
            sum += slots[slot].pointCount
            try refuseSize(max(1, sum))
        }
        try refuseSize(sum)
        return slots
    }

    private static func refuseSize(_ size: Int) throws(ValidationError) {
        guard size <= Ring.pointLimit else {
            throw ValidationError(
                field: "weight",
                problem: "the ring would have more than \(Ring.pointLimit) points",
                hint: "divide all weights by a common factor"
            )
        }
        guard size > 0 else {
            throw ValidationError(field: "weight", problem: "no server has a share", hint: "give a server more weight")
        }
    }
}
