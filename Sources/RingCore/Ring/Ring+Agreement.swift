extension Ring {
    /// Proof of what this ring answers: SHA-256 over the owners of 4,096 fixed keys.
    ///
    /// The keys are `ringd-agreement-0` to `ringd-agreement-4095`; each owner is its index in the order of the ring, as
    /// a 32-bit little-endian integer. In dialects that order slots by label, the order of the list given is immaterial.
    package var agreement: [UInt8] {
        var places = Array(slots.indices)
        if rule.order == .label, rule.engine == .continuum {
            for (place, slot) in order.enumerated() { places[slot] = place }
        }
        let owners = agreementOwners
        var message: [UInt8] = []
        message.reserveCapacity(4 * owners.count)
        for owner in owners {
            let place = UInt32(places[Int(owner)])
            for shift: UInt32 in [0, 8, 16, 24] { message.append(UInt8(truncatingIfNeeded: place >> shift)) }
        }
        return SHA256.hash(message)
    }

    /// The slots that own the keys of the agreement, by index.
    var agreementOwners: [UInt32] {
        let keys = AgreementKeys.all
        var owners: [UInt32] = []
        appendOwners(ofKeysAt: keys.ranges, in: keys.text.span, to: &owners)
        return owners
    }
}

/// The keys of the agreement, in one buffer so that they are hashed many at once.
struct AgreementKeys: Sendable {
    static let all = AgreementKeys()
    static let count = 4096

    let text: [UInt8]
    let ranges: [Range<Int>]

    private init() {
        var key = CountedText(label: Array("ringd-agreement".utf8), separator: "-")
        var text: [UInt8] = []
        var ranges: [Range<Int>] = []
        for _ in 0..<Self.count {
            let start = text.count
            key.withNext { text.append(contentsOf: $0) }
            ranges.append(start..<text.count)
        }
        self.text = text
        self.ranges = ranges
    }
}
