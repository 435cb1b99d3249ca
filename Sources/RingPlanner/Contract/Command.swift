package import RingCore

/// A change that an operator asks for.
package struct Command: Hashable, Sendable {
    /// The pool; `nil` means the only one, or `default` for a first `addNode`.
    package var pool: PoolName?
    package var action: Action
    /// Answer with the preview and do nothing.
    package var isDryRun: Bool
    /// Kept for ever with the change; at most ``messageByteLimit`` bytes.
    package var message: String
    /// Refuse when the pool's version is another one.
    ///
    /// 0 stands for "no version yet".
    package var ifVersion: RingVersion?
    /// Refuse when the change would not lead to what a preview said, or not at once.
    package var ifOutcome: Outcome?
    /// What servers that are not on the roster said when they were asked just now, by the shell.
    package var soundings: [NodeAddress: Sounding] = [:]

    /// The longest message, in bytes.
    package static let messageByteLimit = 1000
    /// The longest maintenance.
    package static let longestMaintenance: Duration = .seconds(366 * 86_400)
    /// The most changes of one command: a pool of 10,000 nodes exchanged for another.
    package static let batchLimit = 20_000

    package init(
        pool: PoolName?,
        action: Action,
        isDryRun: Bool = false,
        message: String = "",
        ifVersion: RingVersion? = nil
    ) {
        self.pool = pool
        self.action = action
        self.isDryRun = isDryRun
        self.message = message
        self.ifVersion = ifVersion
    }

    /// What a server answered that is not on the roster.
    package enum Sounding: Hashable, Sendable {
        /// It is well, and holds so many items where it says so.
        case answered(items: Int64?)
        case failed(reason: String)
    }

    /// What is to be done.
    package enum Action: Hashable, Sendable {
        /// `settings` are `dialect`, `dialect-options` and policy keys.
        case createPool(settings: [Setting])
        /// `settings` are `dialect`, `dialect-options` and policy keys.
        case setPool(settings: [Setting])
        case deletePool
        case freeze
        case thaw
        /// Lets automation go on after the rate guard engaged; the message is the reason.
        case acknowledge
        case addNode(NewNode)
        /// `settings` are `weight`, `zone`, `tags` and `position`.
        case setNode(NodeName, settings: [Setting])
        case removeNode(NodeName)
        case eject(NodeName)
        /// Takes a node out of the ring in steps; then it is in maintenance without an end.
        case drain(NodeName)
        /// Takes a node out of the ring for a time; the message is the reason.
        ///
        /// In steps where the policy has a ramp, else at once.
        case maintenance(NodeName, until: End?)
        /// Ends a drain or a maintenance.
        case enable(NodeName, acceptStale: Bool)
        /// Puts another server in the place of a node: name, label and points stay, the new server is emptied.
        ///
        /// `flush` gives leave to empty it; without it, it must hold nothing. Its ``Command/soundings`` must be known.
        case replaceNode(NodeName, with: NodeAddress, flush: Bool)
        case readmit(NodeName, acceptStale: Bool)
        /// Lets a node rejoin that flapped.
        case undamp(NodeName)
        /// Adds a node without a slot, ready to take one over.
        ///
        /// `flush` gives leave to empty it; without it, it must hold nothing. Weight and `isImmediate` mean nothing.
        case addSpare(NewNode)
        /// Gives a slot that a spare covers back to its first node, which must be well; both are emptied in turn.
        case failback(NodeName)
        /// Makes a new version with the slots of an earlier one.
        ///
        /// The shell fills in what it published; `nil` where there is no such version.
        case rollback(RingVersion, PastRing?)
        /// Several changes in their order as one: one transaction, one version, all or nothing.
        ///
        /// At most ``batchLimit``; `createPool` only as the first; no `deletePool`, `rollback` or list within.
        case batch([Action])
    }

    /// When a maintenance ends.
    package enum End: Hashable, Sendable {
        case at(WallTime)
        case after(Duration)
    }

    /// `KEY=VALUE` as the operator wrote it.
    package struct Setting: Hashable, Sendable {
        package var key: String
        package var value: String

        package init(key: String, value: String) {
            self.key = key
            self.value = value
        }
    }

    /// A node to be added.
    package struct NewNode: Hashable, Sendable {
        package var name: NodeName
        package var address: NodeAddress
        /// `nil` takes the dialect's default.
        package var weight: Weight?
        package var zone: String?
        package var tags: [String]
        /// Put it into the ring without waiting for a probe.
        package var isImmediate: Bool
        /// Empty it first, although it is new.
        package var flush: Bool
        /// Let it in as it is, although it was in the pool before.
        package var acceptStale: Bool
        /// How long the answer waits for the admission; `nil` answers at once.
        package var wait: Duration?

        package init(
            name: NodeName,
            address: NodeAddress,
            weight: Weight? = nil,
            zone: String? = nil,
            tags: [String] = [],
            isImmediate: Bool = false,
            flush: Bool = false,
            acceptStale: Bool = false,
            wait: Duration? = .seconds(5)
        ) {
            self.name = name
            self.address = address
            self.weight = weight
            self.zone = zone
            self.tags = tags
            self.isImmediate = isImmediate
            self.flush = flush
            self.acceptStale = acceptStale
            self.wait = wait
        }
    }
}

extension Command {
    /// The servers that must be asked before the command can be planned: they are not on the roster.
    package var addressesToSound: [NodeAddress] {
        switch action {
        case .replaceNode(_, let address, _): [address]
        case .addSpare(let node) where !node.flush: [node.address]
        case .batch(let actions) where !isDryRun:
            actions.compactMap { action in
                switch action {
                case .addNode(let node) where !node.isImmediate && !node.flush: node.address
                case .addSpare(let node) where !node.flush: node.address
                case .replaceNode(_, let address, _): address
                default: nil
                }
            }
        case .batch(let actions):
            actions.compactMap { if case .replaceNode(_, let address, _) = $0 { address } else { nil } }
        default: []
        }
    }
}
