/// The rule by which one family of clients turns slots into owners of keys: a row of the table ``all``.
package struct Dialect: Sendable {
    /// The stable name: `libmemcached-ketama-weighted`.
    package let name: String
    /// Who uses it, in a line.
    package let summary: String
    /// The weight of a slot that is given none.
    package let defaultWeight: Weight
    /// The weights that a slot may have.
    package let weightRange: ClosedRange<Int>
    /// The most slots of one ring.
    package let slotLimit: Int
    /// What may be set, and to what.
    package let options: [DialectOption]
    let rule: DialectRule

    init(
        _ name: String,
        _ summary: String,
        defaultWeight: Int = 1,
        _ rule: DialectRule,
        options: [DialectOption] = []
    ) {
        self.name = name
        self.summary = summary
        self.defaultWeight = Weight(known: defaultWeight)
        if case .decimal(let limit, let unit) = rule.weights, limit * unit < Double(Weight.range.upperBound) {
            weightRange = 1...Int(limit * unit)
        } else {
            weightRange = Weight.range
        }
        slotLimit = 10_000
        self.options = options
        self.rule = rule
    }

    /// Every dialect, in the order of the documentation.
    package static let all: [Dialect] = [
        native, libmemcached, libmemcachedBindings, twemproxy, java, ruby, mcrouter, memcachedProxy, webServers, perl,
        php, python, otherLanguages, seed,
    ].flatMap { $0 }

    /// The dialect of that name.
    ///
    /// - Throws: `ValidationError` that suggests the nearest name.
    package static func named(_ text: String) throws(ValidationError) -> Dialect {
        if let dialect = all.first(where: { $0.name == text }) { return dialect }
        let nearest = nearestName(to: text, among: all.map(\.name))
        throw ValidationError(
            field: "dialect",
            problem: "'\(printable(text))' is not a dialect",
            hint: nearest.map { "did you mean '\($0)'?" } ?? "list them with 'ringctl ring dialects'"
        )
    }

    /// Whether slots have points, and so can ramp point by point.
    package var hasContinuum: Bool { rule.points != .none }

    /// Whether the slots of a ring stand in the order of their labels, so that the order given never matters.
    package var ordersSlotsByLabel: Bool { rule.order == .label && rule.engine == .continuum }

    /// Whether taking a slot out can move keys between the slots that stay, far beyond its share.
    package var reshufflesOnRemoval: Bool {
        switch rule.engine {
        case .continuum, .wideContinuum, .buckets, .maglev, .rendezvous: rule.points == .numberedAvalanche
        case .table, .jump, .ch3, .weightedCh3: true
        }
    }

    /// Refuses options that the dialect does not have, and values that they cannot take.
    package func validate(options: [DialectChoice.Option]) throws(ValidationError) { _ = try rule(with: options) }

    /// The text that the dialect's own client would hash for a server, under the default options.
    ///
    /// - Throws: `ValidationError` where the client hashes more than the address says, such as a resolved one.
    package func label(for address: NodeAddress) throws(ValidationError) -> String {
        try label(for: address, options: [])
    }

    /// The text that the dialect's own client would hash for a server.
    package func label(
        for address: NodeAddress,
        options: [DialectChoice.Option]
    ) throws(ValidationError) -> String {
        try rule(with: options).label.text(for: DialectServer(host: address.host, port: address.port))
    }

    /// The rule with options applied in the order given.
    func rule(with options: [DialectChoice.Option]) throws(ValidationError) -> DialectRule {
        var rule = rule
        for option in options {
            guard let known = self.options.first(where: { $0.name == option.name }) else {
                let nearest = nearestName(to: option.name, among: self.options.map(\.name))
                throw ValidationError(
                    field: "option",
                    problem: "\(name) has no option '\(printable(option.name))'",
                    hint: nearest.map { "did you mean '\($0)'?" } ?? "see 'ringctl ring dialects'"
                )
            }
            try known.apply(option.value, to: &rule)
        }
        return rule
    }
}
