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
        var answers: [UInt8] = []
        answers.reserveCapacity(4096 * 4)
        var key = CountedText(label: Array("ringd-agreement".utf8), separator: "-")
        for _ in 0..<4096 {
            let place = UInt32(places[key.withNext { owner(ofKey: $0) }])
            withUnsafeBytes(of: place.littleEndian) { answers.append(contentsOf: $0) }
        }
        var hash = SHA256()
        hash.update(answers)
        return hash.finalize()
    }
}
