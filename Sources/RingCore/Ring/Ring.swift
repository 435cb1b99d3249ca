/// The slots of a pool under a dialect: answers which slot owns a key.
///
/// Built once, never changed, read by any number of threads. Slots are known by their index in the list that the ring
/// was built from.
package struct Ring: Sendable {
    /// The dialect and options as asked for.
    package let dialect: DialectChoice
    let rule: DialectRule
    let slots: [PlacedSlot]
    /// The slots that take part, in the order of the ring.
    let order: [Int]
    let placement: Placement
    let hashesWholeKey: Bool

    /// How the hash of a key becomes the index of a slot.
    enum Placement: Sendable {
        case continuum(Continuum)
        case wideContinuum(WideContinuum)
        case table(SlotTable)
        case rendezvous(Rendezvous)
        case jump
        case ch3
        case weightedCh3(WeightedCh3)
    }

    init(dialect: DialectChoice, rule: DialectRule, slots: [PlacedSlot], order: [Int], placement: Placement) {
        self.dialect = dialect
        self.rule = rule
        self.slots = slots
        self.order = order
        self.placement = placement
        hashesWholeKey = rule.keyText.isWhole
    }

    /// The number of slots, at least 1.
    package var slotCount: Int { slots.count }

    /// The labels, in the order of the slots.
    package var labels: [String] { slots.map(\.label) }

    /// The number of points of each slot, hidden ones included; `nil` in dialects that have none.
    package var pointCounts: [Int]? { rule.points == .none ? nil : slots.map(\.pointCount) }

    /// The number of points on the continuum; 0 in dialects without one.
    package var pointCount: Int {
        switch placement {
        case .continuum(let continuum): continuum.points.count
        case .wideContinuum(let continuum): continuum.count
        case .table, .rendezvous, .jump, .ch3, .weightedCh3: 0
        }
    }

    /// The points in the order of the ring, of several at one position the owner first; empty unless they have 32 bits.
    ///
    /// Negative where the dialect's own client has signed points.
    package var points: [(point: Int64, slot: Int)] {
        guard case .continuum(let continuum) = placement else { return [] }
        return continuum.points.map { point in
            let position = UInt32(point >> 32) ^ continuum.flip
            return (
                continuum.flip == 0 ? Int64(position) : Int64(Int32(bitPattern: position)), Int(point & 0xffff_ffff)
            )
        }
    }

    /// The continuum as a client that only looks up needs it: sorted hashes, each the last of its arc, and the slots.
    ///
    /// The owner of a hash is the slot at the first entry at or after it, past the end the first one. `nil` where the
    /// dialect has no ring of 32-bit hashes, or compares them as signed numbers.
    package var searchableContinuum: (hashes: [UInt32], slots: [UInt32])? {
        guard case .continuum(let continuum) = placement, continuum.flip == 0 else { return nil }
        let arcs = continuum.arcs.prefix(continuum.count)
        return (arcs.map { UInt32($0 >> 32) }, arcs.map { UInt32(truncatingIfNeeded: $0) })
    }

    /// The index of the slot that owns a key.
    @inline(__always)
    package func owner(ofKey key: Span<UInt8>) -> Int {
        if hashesWholeKey, case .continuum(let continuum) = placement {
            return continuum.owner(of: UInt32(truncatingIfNeeded: rule.keyHash(key)))
        }
        return owner(ofAnyKey: key)
    }

    /// The index of the slot that owns the UTF-8 bytes of a text.
    package func owner(ofKey key: String) -> Int {
        var key = key
        return key.withUTF8 { owner(ofKey: $0.span) }
    }

    /// The index of the slot that owns a key held in an array.
    package func owner(ofKey key: [UInt8]) -> Int { owner(ofKey: key.span) }

    /// The index of the slot that owns a key in memory.
    package func owner(ofKey key: UnsafeRawBufferPointer) -> Int {
        key.withMemoryRebound(to: UInt8.self) { owner(ofKey: $0.span) }
    }

    @inline(never)
    private func owner(ofAnyKey key: Span<UInt8>) -> Int {
        if hashesWholeKey { return owner(ofText: key) }
        guard let text = rule.keyText.text(of: key) else { return owner(ofHash: 0) }
        return owner(ofText: text.span)
    }

    private func owner(ofText text: Span<UInt8>) -> Int {
        switch placement {
        case .continuum(let continuum): continuum.owner(of: UInt32(truncatingIfNeeded: rule.keyHash(text)))
        case .wideContinuum(let continuum): continuum.owner(of: rule.keyHash.wide(text))
        case .table(let table): table.owner(of: rule.keyHash(text))
        case .rendezvous(let rendezvous): rendezvous.owner(of: text)
        case .jump: order[jumpHash(rule.keyHash(text), count: order.count)]
        case .ch3: order[ch3Hash(text, count: order.count)]
        case .weightedCh3(let ch3): ch3.owner(of: text)
        }
    }

    /// The index of the slot that owns a hash, for those who have hashed the key already.
    ///
    /// Where slots draw for a key there is no such thing as its hash; the answer is then the first slot.
    package func owner(ofHash hash: UInt32) -> Int {
        switch placement {
        case .continuum(let continuum): continuum.owner(of: hash)
        case .wideContinuum(let continuum): continuum.owner(of: UInt128(hash))
        case .table(let table): table.owner(of: UInt64(hash))
        case .rendezvous, .jump, .ch3, .weightedCh3: order[0]
        }
    }

    /// The owner of a key and the slots that follow it, each once: at most `count`, and at most all.
    ///
    /// On a continuum these are the owners of the next points; in a table the next entries; among draws the next
    /// highest; elsewhere the next slots of the list.
    package func owners(ofKey key: [UInt8], count: Int) -> [Int] {
        guard count > 0 else { return [] }
        let wanted = min(count, order.count)
        // As for one owner: a key of which the client hashes nothing has the hash 0.
        let text = hashesWholeKey ? key : rule.keyText.text(of: key.span)
        let hash = { text.map { rule.keyHash($0.span) } ?? 0 }
        switch placement {
        case .continuum(let continuum):
            let arc = continuum.index(of: UInt32(truncatingIfNeeded: hash()))
            return continuum.successors(wanted, fromArc: arc, slotCount: slots.count)
        case .wideContinuum(let continuum):
            let arc = continuum.index(of: text.map { rule.keyHash.wide($0.span) } ?? 0)
            return continuum.successors(wanted, fromArc: arc, slotCount: slots.count)
        case .table(let table): return table.successors(wanted, of: hash(), slotCount: slots.count)
        case .rendezvous(let rendezvous):
            guard let text else { return Array(order.prefix(wanted)) }
            return rendezvous.owners(of: text.span, count: wanted)
        case .jump, .ch3, .weightedCh3:
            let first = text.map { owner(ofText: $0.span) } ?? order[0]
            let place = order.firstIndex(of: first) ?? 0
            return (0..<wanted).map { order[(place + $0) % order.count] }
        }
    }
}
