import RingAPI

/// Two changes of one plan of which the later undoes, or cannot find, what the earlier left.
///
/// The daemon makes changes in their order, so it would take some of them; whoever wrote them in one plan did not mean
/// both.
struct Contradiction {
    /// The places of both, from 1.
    let places: (Int, Int)
    /// What both are about: `cache-3`, or a key of the pool.
    let subject: String
    let first: ChangeRequest.Action
    let second: ChangeRequest.Action

    /// What one change is about.
    private enum Aspect: Hashable {
        /// Whether the node is on the roster.
        case existence
        case address
        /// Whether its slot is in the ring.
        case presence
        case damping
        case setting(String)
        /// Whether the pool is frozen.
        case freeze
    }

    /// The first of them; `nil` where the changes agree.
    ///
    /// Two changes contradict each other when both are about the same of one node, or when one of them is about a node
    /// that the other removes. A node that is removed may be added anew behind that.
    static func first(in requests: [ChangeRequest]) -> Contradiction? {
        var earlier: [String: [Int]] = [:]
        for (index, request) in requests.enumerated() {
            let subject = request.node ?? ""
            for other in earlier[subject] ?? [] {
                guard let shared = shared(by: requests[other], request) else { continue }
                return Contradiction(
                    places: (other + 1, index + 1),
                    subject: request.node ?? shared,
                    first: requests[other].action,
                    second: request.action
                )
            }
            earlier[subject, default: []].append(index)
        }
        return nil
    }

    /// A word for what both are about; `nil` where they go together.
    private static func shared(by first: ChangeRequest, _ second: ChangeRequest) -> String? {
        if first.action == .removeNode, second.action == .addNode || second.action == .addSpare { return nil }
        if first.node != nil, first.action == .removeNode || second.action == .removeNode { return "its removal" }
        let other = Set(aspects(of: second))
        guard let aspect = aspects(of: first).first(where: other.contains) else { return nil }
        if case .setting(let key) = aspect { return key }
        return first.action.rawValue
    }

    private static func aspects(of request: ChangeRequest) -> [Aspect] {
        switch request.action {
        case .addNode, .addSpare, .removeNode: [.existence]
        case .replaceNode: [.address]
        case .eject, .drain, .maintenance, .enable, .readmit, .failback: [.presence]
        case .undamp: [.damping]
        case .setNode, .setPool, .createPool: (request.settings ?? []).map { .setting($0.key) }
        case .freeze, .thaw: [.freeze]
        case .acknowledge, .deletePool, .rollback, .batch: []
        }
    }

    /// What is said about it.
    var failure: CommandFailure {
        CommandFailure(
            .refused,
            "change \(places.1) (\(second.rawValue) \(subject)) contradicts change \(places.0) (\(first.rawValue) \(subject))",
            hint: "leave one of them out; what is to happen one after the other goes into two plans"
        )
    }
}
