import RingCore

/// The volatile facts of every pool, found by identifier.
///
/// There are few pools, and they are asked for with every step: comparing finds one faster than hashing does.
struct PoolTable: Sendable {
    private var ids: [PoolID] = []
    private var values: [PoolRuntime] = []

    /// Stands in while the facts of a pool are written to.
    private static let nothing = PoolRuntime()

    /// The facts of a pool; `nil` where there is no such pool, and to remove it.
    ///
    /// - Complexity: O(*n*) in pools, of which there are at most ``Planner/poolLimit``.
    subscript(id: PoolID) -> PoolRuntime? {
        get { ids.firstIndex(of: id).map { values[$0] } }
        _modify {
            // Moved out and back, so that nobody else has them meanwhile and nothing is copied.
            let index = ids.firstIndex(of: id)
            var value: PoolRuntime?
            if let index {
                value = values[index]
                values[index] = Self.nothing
            }
            defer { put(value, of: id, at: index) }
            yield &value
        }
    }

    private mutating func put(_ value: PoolRuntime?, of id: PoolID, at index: Int?) {
        switch (index, value) {
        case (let index?, let value?): values[index] = value
        case (let index?, nil):
            ids.remove(at: index)
            values.remove(at: index)
        case (nil, let value?):
            ids.append(id)
            values.append(value)
        case (nil, nil): break
        }
    }
}
