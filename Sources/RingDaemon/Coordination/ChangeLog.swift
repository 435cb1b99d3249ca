import Logging
import RingCore
import RingPlanner

/// Writes what changed to the log: one line a change, none for a good probe.
struct ChangeLog: Sendable {
    let logger: Logger

    /// A node's health changed.
    func note(_ transition: HealthTransition, node: NodeRecord?) {
        let level: Logger.Level =
            switch transition.to {
            case .down: .warning
            case .suspect, .recovering, .cleansing: .notice
            case .unknown, .up: .info
            }
        logger.log(
            level: level,
            "node health changed",
            metadata: [
                "event": "node.health",
                "node": "\(node?.name.text ?? "?")",
                "address": "\(node?.address.description ?? "?")",
                "from": "\(transition.from.rawValue)",
                "to": "\(transition.to.rawValue)",
                "evidence": "\(transition.evidence)",
            ]
        )
    }
}
