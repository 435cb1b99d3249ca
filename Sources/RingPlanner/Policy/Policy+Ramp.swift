package import RingCore

extension Policy {
    /// The steps down of a drain: those of the ramp backwards, or some that suit most fleets, then out.
    package var drainSteps: [Int] {
        ramp.isEmpty ? [50, 25, 10] : ramp.filter { $0 < 100 }.reversed()
    }

    /// The part of its points with which a node comes back first, in per cent.
    ///
    /// Without points there is nothing to take a part of: such a dialect knows all or nothing.
    package func firstStep(in dialect: DialectChoice) -> Int {
        Self.canRamp(dialect) ? ramp.first ?? 100 : 100
    }

    /// The step after `part`, in per cent.
    package func stepUp(from part: Int) -> Int { ramp.first { $0 > part } ?? 100 }

    /// The step of a drain after `part`; `nil` when the node leaves next.
    package func stepDown(from part: Int) -> Int? { drainSteps.first { $0 < part } }

    /// Whether slots of the dialect have points, of which a part can be published.
    package static func canRamp(_ dialect: DialectChoice) -> Bool {
        (try? Dialect.named(dialect.name))?.hasContinuum ?? false
    }
}
