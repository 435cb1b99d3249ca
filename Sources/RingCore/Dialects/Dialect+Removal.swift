extension Dialect {
    /// What taking one of so many equal servers off the ring moves, found by building both rings.
    ///
    /// The middle one of the list: where order decides, the first and the last are the worst and the best case.
    /// - Precondition: there are at least 2 servers.
    /// - Throws: `ValidationError` for more servers than the dialect allows.
    package func removal(from count: Int) throws(ValidationError) -> Movement {
        precondition(count > 1, "nothing is left when one of \(count) servers is removed")
        var servers = (0..<count).map { DialectServer(host: "10.0.\($0 / 250).\($0 % 250 + 1)") }
        let choice = DialectChoice(name: name)
        let before = try Ring(evaluating: choice, servers: servers)
        servers.remove(at: count / 2)
        return before.movement(to: try Ring(evaluating: choice, servers: servers))
    }
}
