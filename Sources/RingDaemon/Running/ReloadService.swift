import Glibc
import Logging
import RingCore
import ServiceLifecycle
import UnixSignals

/// Reads the configuration again at SIGHUP: all of it is taken, or nothing.
///
/// What is wrong with the file, or needs a restart, is told with the keys, and the daemon goes on as it was: it never
/// runs by half of a file.
struct ReloadService: Service {
    let configuration: RingdConfiguration
    let logs: LogSettings
    let link: SupervisorLink?
    let logger: Logger
    let reload: @Sendable () throws(ConfigurationError) -> RingdConfiguration

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var current = configuration
            for await _ in await UnixSignalsSequence(trapping: .sighup) {
                link?.send(.reloading(microseconds: DaemonClock.now().instant.nanoseconds / 1000))
                take(&current)
                link?.send(.ready)
            }
        }
    }

    private func take(_ current: inout RingdConfiguration) {
        do throws(ConfigurationError) {
            let next = try reload()
            switch current.change(to: next) {
            case .nothing:
                logger.notice("configuration read again: nothing changed", metadata: ["event": "config.unchanged"])
            case .live(let keys):
                logs.apply(next)
                current = next
                logger.notice(
                    "configuration read again",
                    metadata: ["event": "config.reloaded", "changed": "\(keys.joined(separator: ", "))"]
                )
            case .needsRestart(let keys, let others):
                logger.warning(
                    "configuration not taken: restart ringd for it",
                    metadata: [
                        "event": "config.refused", "restart": "\(keys.joined(separator: ", "))",
                        "changed": "\((keys + others).sorted().joined(separator: ", "))",
                    ]
                )
                link?.send(.status("configuration not taken: \(keys.joined(separator: ", ")) need a restart"))
            }
        } catch {
            logger.error(
                "configuration not taken: it is wrong",
                metadata: [
                    "event": "config.refused", "place": "\(error.place)", "problem": "\(error.problem)",
                    "hint": "\(error.hint)",
                ]
            )
            link?.send(.status("configuration not taken: \(error.place): \(error.problem)"))
        }
    }
}

extension RingdConfiguration {
    /// What a new configuration asks of a running daemon.
    package enum Reload: Hashable, Sendable {
        case nothing
        /// The keys that changed, all of which can be taken at once.
        case live([String])
        /// The keys that only a restart takes, and the others that changed.
        case needsRestart([String], others: [String])
    }

    /// Compares with the configuration that was read again.
    package func change(to next: RingdConfiguration) -> Reload {
        let changed = ConfigurationKey.all.filter { $0.differs(self, next) }
        let fixed = changed.filter { !$0.isLive }.map(\.name)
        let live = changed.filter(\.isLive).map(\.name)
        if changed.isEmpty { return .nothing }
        return fixed.isEmpty ? .live(live) : .needsRestart(fixed, others: live)
    }
}
