import NIOCore
import RingAPI
import RingPlanner
import ServiceLifecycle

/// Tells the supervisor that the daemon does its work, and what that is.
///
/// The sign of life comes from the event loop that probes and decides: it is asked on that loop, and answers only when
/// no deadline is overdue. A loop that hangs, or turns without keeping time, is not spoken for, and is started anew.
struct HeartbeatService: Service {
    let coordinator: Coordinator
    let link: SupervisorLink

    /// Between two looks where the supervisor does not watch, or watches at long intervals.
    private static let longestPause: Duration = .seconds(5)

    func run() async throws {
        let pause = min(link.watchdog.map { $0 / 3 } ?? Self.longestPause, Self.longestPause)
        await cancelWhenGracefulShutdown {
            var told = ""
            while !Task.isCancelled {
                if link.watchdog != nil, await coordinator.keepsTime { link.send(.alive) }
                let status = await coordinator.inBrief
                if status != told {
                    link.send(.status(status))
                    told = status
                }
                try? await Task.sleep(for: pause)
            }
        }
        link.send(.stopping)
    }
}

extension Coordinator {
    /// How late a wake-up may be before the loop is not spoken for.
    private static var patience: TimeAmount { .seconds(5) }

    /// Whether the event loop runs and its next wake-up is not overdue.
    ///
    /// The answer is given on the loop itself, so that there is none while it hangs.
    var keepsTime: Bool { isDue(within: Self.patience) }

    /// What it looks after, in a line.
    var inBrief: String {
        let views = views()
        guard !views.isEmpty else { return "no pools yet" }
        return views.map { view in
            let counts = NodeCounts(view.nodes)
            var line = "\(view.record.name) " + (view.published.map { "version \($0)" } ?? "no version yet")
            line += ", \(counts.up) of \(counts.total) nodes up"
            if counts.ejected > 0 { line += ", \(counts.ejected) ejected" }
            return line + (view.mode == .normal ? "" : ", \(view.mode.rawValue)")
        }.joined(separator: "; ")
    }
}
