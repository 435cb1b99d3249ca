extension Ring {
    /// The most points, or entries of a table, that one ring may have.
    package static let pointLimit = 1 << 24

    /// Builds the ring of `slots` in the order of the ring.
    ///
    /// - Throws: `ValidationError` for an empty list, a label that is empty, too long or not unique, an unknown dialect
    ///   or option, and weights, limits or sizes out of range.
    /// - Complexity: O(*p*) in points.
    package init(dialect choice: DialectChoice, slots: [RingSlot]) throws(ValidationError) {
        let plan = try RingPlan(dialect: choice, slots: slots)
        self.init(dialect: choice, plan: plan, placement: plan.placement())
    }

    /// Builds the ring of `slots` as a change of a ring that is already there, if there is one.
    ///
    /// The result is that of building anew; but where slots keep their points, those are not hashed and sorted again.
    /// - Complexity: O(*p*) in points, with a small constant when few slots change.
    package init(
        dialect choice: DialectChoice,
        slots: [RingSlot],
        reusing previous: Ring?
    ) throws(ValidationError) {
        let plan = try RingPlan(dialect: choice, slots: slots)
        let placement = previous.flatMap(plan.placement(reusing:)) ?? plan.placement()
        self.init(dialect: choice, plan: plan, placement: placement)
    }

    /// Builds a ring from servers as the configuration of a client lists them.
    ///
    /// Owners are indexes into `servers`.
    /// - Throws: `ValidationError` as when building from slots.
    package init(evaluating choice: DialectChoice, servers: [DialectServer]) throws(ValidationError) {
        let dialect = try Dialect.named(choice.name)
        let rule = try dialect.rule(with: choice.options)
        try Self.validate(count: servers.count, for: dialect)
        var slots: [PlacedSlot] = []
        for server in servers {
            let label = try rule.label.text(for: server)
            let weight = try rule.weights.weight(of: server.weight, default: dialect.defaultWeight)
            slots.append(PlacedSlot(label: label, weight: weight, limit: .all))
        }
        try Self.validate(labels: slots.map(\.label))
        let plan = try RingPlan(rule: rule, slots: slots)
        self.init(dialect: choice, plan: plan, placement: plan.placement())
    }

    private init(dialect: DialectChoice, plan: RingPlan, placement: Placement) {
        self.init(dialect: dialect, rule: plan.rule, slots: plan.slots, order: plan.order, placement: placement)
    }
}
