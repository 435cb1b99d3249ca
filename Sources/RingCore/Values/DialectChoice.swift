/// The dialect of a pool by name, with its options in the order given.
///
/// Whether the name exists and the options fit is said by ``Dialect``; this is only what was asked for.
package struct DialectChoice: Hashable, Sendable {
    /// One option: `hash=fnv1a_64`.
    package struct Option: Hashable, Sendable {
        package let name: String
        package let value: String

        package init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    /// The stable name: `pinned-ketama`.
    package var name: String
    package var options: [Option]

    package init(name: String, options: [Option] = []) {
        self.name = name
        self.options = options
    }

    /// The native ring: what a pool has unless it is told otherwise.
    package static let pinnedKetama = DialectChoice(name: "pinned-ketama")
}
