import RingCore

extension ChangeReport {
    /// The slot that stays in the ring and grows by the largest factor, of those whose share changes.
    package var worstGrowth: SlotShare? { shares.worstGrowth }
}

extension [ChangeReport.SlotShare] {
    /// The slot that stays in the ring and grows by the largest factor: its server has to bear the most.
    ///
    /// Of several the first in the order of the ring; `nil` where none grows. A slot that is new, or that owned nothing,
    /// grows from nothing and is no survivor.
    package var worstGrowth: ChangeReport.SlotShare? {
        var worst: ChangeReport.SlotShare?
        for slot in self where slot.before > .none && slot.after > slot.before {
            guard let other = worst else {
                worst = slot
                continue
            }
            if slot.growsFaster(than: other) { worst = slot }
        }
        return worst
    }
}

extension ChangeReport.SlotShare {
    /// By how much the share grows, in hundredths, rounded half up: 125 for one and a quarter times.
    ///
    /// - Precondition: it owned something before.
    package var growth: UInt64 {
        precondition(before > .none, "the share of \(label) grows from nothing")
        let (high, low) = after.parts.multipliedFullWidth(by: 100)
        let (sum, overflow) = low.addingReportingOverflow(before.parts / 2)
        let dividend = (high + (overflow ? 1 : 0), sum)
        // From the smallest share there is to the whole the factor would not fit; nobody can tell it from the largest.
        guard dividend.0 < before.parts else { return .max }
        return before.parts.dividingFullWidth(dividend).quotient
    }

    /// Compares factors exactly, by multiplying across.
    fileprivate func growsFaster(than other: Self) -> Bool {
        let (a, b) = (
            after.parts.multipliedFullWidth(by: other.before.parts),
            other.after.parts.multipliedFullWidth(by: before.parts)
        )
        return (a.high, a.low) > (b.high, b.low)
    }
}
