import RingAPI
import RingCore

/// What a page says before anything else: that automation does not do all it could, or that what clients see is old.
enum Notices {
    /// The notices of a pool.
    ///
    /// - Parameter published: the newest version on disk.
    static func of(_ pool: PoolDetail, published: Int64?, hesitations: [String]) -> [Fields] {
        var notices: [Fields] = []
        let name = pool.pool
        let since = pool.modeSince.map { " Since \($0.dayAndTime)." } ?? ""
        let reason = pool.modeReason.map { "\($0)." } ?? ""
        switch pool.mode {
        case .frozen:
            notices.append(
                notice(
                    .bad,
                    "Frozen: nothing is published or flushed by itself",
                    "\(reason)\(since) Probes go on. What ringd froze thaws when the nodes answer again; what people froze, by:",
                    "ringctl pool thaw \(name) -m 'why it is safe'"
                )
            )
        case .needsAck:
            notices.append(
                notice(
                    .warn,
                    "Needs an acknowledgement: automation only holds",
                    "\(reason)\(since)",
                    "ringctl pool ack \(name) -m 'what was found'"
                )
            )
        case .observe:
            notices.append(
                notice(.work, "Observing: automation says what it would do, and does nothing", reason + since, nil)
            )
        default: break
        }
        if let version = pool.version, version > published ?? 0 {
            let old = published.map { "version \($0)" } ?? "no version"
            notices.append(
                notice(
                    .bad,
                    "Stale: clients still see \(old)",
                    "Version \(version) is committed and could not be published yet; ringd tries again. Look at the disk "
                        + "below \(pool.snapshots).",
                    nil
                )
            )
        }
        return notices + of(hesitations)
    }

    /// Why the daemon decides nothing now.
    static func of(_ hesitations: [String]) -> [Fields] {
        hesitations.map { notice(.warn, "ringd decides nothing now", "\($0).", nil) }
    }

    private static func notice(_ kind: StateMark.Kind, _ title: String, _ text: String, _ command: String?) -> Fields {
        var fields: Fields = ["class": kind.rawValue, "title": title, "text": text]
        fields["command"] = command
        return fields
    }
}
