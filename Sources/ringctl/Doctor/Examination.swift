import RingAPI
import RingCore

/// The doctor's round: the daemon first, since without it little else can be known.
struct Examination {
    let global: GlobalOptions
    let isQuick: Bool
    /// Files that clients or agents keep.
    var copies: [String] = []

    /// Everything that was looked at, in order.
    ///
    /// - Throws: only what makes the round itself impossible, as a wrong name of a pool.
    func run() async throws -> [Finding] {
        let client = global.client
        var findings: [Finding] = []
        let daemon: DaemonVersion
        do {
            daemon = try await client.get(Path("v1", "version")).value
        } catch let failure as CommandFailure {
            return [.failure("daemon", failure.problem, hint: failure.hint)]
        }
        findings.append(
            .fine("daemon", "ringd \(daemon.ringd) answers, pid \(daemon.pid), up \(daemon.startedAt.age())")
        )
        if daemon.ringd != programVersion {
            findings.append(
                .warning(
                    "version",
                    "this is ringctl \(programVersion), and ringd is \(daemon.ringd)",
                    hint: "use the two of one package"
                )
            )
        }
        findings += try await readiness(client)
        findings += socket(client.socket)
        findings += try await database(daemon, client)
        let pools: PoolList = try await client.get(Path("v1", "pools")).value
        let named = try global.poolName()
        for pool in pools.pools where named == nil || named?.text == pool.pool {
            findings += try await examine(pool, client)
        }
        for path in copies { findings.append(try await clientCopy(path, client)) }
        findings += try await clock(daemon, client)
        return findings
    }

    private func readiness(_ client: ControlClient) async throws -> [Finding] {
        do {
            let answer: Readiness = try await client.get(Path("readyz")).value
            guard !answer.ready else { return [.fine("readiness", "it is ready")] }
            return answer.reasons.map {
                .warning("readiness", $0, hint: "wait a moment; if it stays, look at the log of ringd")
            }
        } catch let failure as CommandFailure where failure.status == .badData {
            // Not ready is answered with a status of its own and the reasons.
            return [.warning("readiness", "it is not ready yet", hint: "wait a moment, or look at the log of ringd")]
        }
    }

    private func database(_ daemon: DaemonVersion, _ client: ControlClient) async throws -> [Finding] {
        var findings = files(of: daemon)
        guard !isQuick else { return findings }
        let check: DatabaseCheck = try await WaitingLine.showing("looking at every page of the database") {
            try await client.post(Path("v1", "db", "check"), NoBody()).value
        }
        if check.sound {
            findings.append(
                .fine(
                    "database",
                    "sound: \(check.events) events, \(check.databaseBytes.asBytes), log \(check.logBytes.asBytes)"
                )
            )
        }
        findings += check.problems.map {
            .failure("database", $0, hint: "put a copy back with 'ringd restore', which keeps the version numbers")
        }
        if check.logBytes > Self.logLimit {
            findings.append(
                .warning(
                    "database",
                    "its write-ahead log has \(check.logBytes.asBytes): somebody reads an old state for very long",
                    hint: "end the reader: 'fuser -v \(daemon.data)/ringd.db'"
                )
            )
        }
        return findings
    }

    /// Where ringd itself begins to warn.
    private static let logLimit: Int64 = 64 << 20

    /// The newest event and the daemon's start must not lie ahead of the clock.
    private func clock(_ daemon: DaemonVersion, _ client: ControlClient) async throws -> [Finding] {
        let events: EventList = try await client.get(Path("v1", "events").query(["limit": "1"])).value
        let newest = max(events.events.last?.at ?? daemon.startedAt, daemon.startedAt)
        let ahead = newest.milliseconds - WallTime.now.milliseconds
        guard ahead > 2000 else { return [.fine("clock", "nothing on record is later than now")] }
        return [
            .warning(
                "clock",
                "the newest event is \(ahead / 1000) s ahead of now: the clock was set back",
                hint:
                    "let chrony or systemd-timesyncd keep the clock; decisions do not depend on it, the record's times do"
            )
        ]
    }
}

extension Int64 {
    /// `4.7 MiB`.
    var asBytes: String {
        let units = ["B", "KiB", "MiB", "GiB", "TiB"]
        var (tenths, unit) = (self * 10, 0)
        while tenths >= 10_240, unit < units.count - 1 {
            tenths /= 1024
            unit += 1
        }
        return unit == 0 ? "\(self) B" : "\(tenths / 10).\(tenths % 10) \(units[unit])"
    }
}
