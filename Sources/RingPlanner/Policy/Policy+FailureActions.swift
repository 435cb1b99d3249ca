package import RingCore

extension Policy {
    /// What is tried in turn when a node falls: what was set, else what suits the dialect.
    ///
    /// Where a removal moves the keys of others, a slot is rather held than taken out. An unknown dialect counts as such.
    package func failureActions(in dialect: DialectChoice) -> [FailureAction] {
        if let onFailure { return onFailure }
        let reshuffles = (try? Dialect.named(dialect.name))?.reshufflesOnRemoval ?? true
        return reshuffles ? [.spare, .hold] : [.spare, .eject]
    }
}
