import RingAPI
import RingCore
import RingSnapshots

extension Examination {
    /// More troubled nodes of a pool than this are counted.
    private static let nodeLimit = 20
    /// `alive.json` is written every ten seconds.
    private static let staleAfter: Int64 = 35_000

    /// One pool: its mode, its file, its nodes.
    func examine(_ pool: PoolSummary, _ client: ControlClient) async throws -> [Finding] {
        let name = try PoolName(pool.pool)
        var findings = mode(pool)
        findings += snapshot(of: name, try await client.get(Path(pool: name, "snapshot", "location")).value)
        let list: NodeList = try await client.get(Path(pool: name, "nodes")).value
        let troubled = list.failingFirst.filter { $0.tone != .good }
        if troubled.isEmpty {
            findings.append(.fine("pool \(name)", "\(list.nodes.count) nodes, all of them serve"))
        }
        for node in troubled.prefix(Self.nodeLimit) {
            let text = "\(node.address) is \(node.state)" + (node.reason.map { ": \($0)" } ?? "")
            let hint = "'ringctl why \(node.name) -p \(name)' tells how it came to that"
            let subject = "node \(name)/\(node.name)"
            findings.append(
                node.tone == .bad ? .failure(subject, text, hint: hint) : .warning(subject, text, hint: hint)
            )
        }
        let others = troubled.count - Self.nodeLimit
        if others > 0 {
            findings.append(
                .failure("pool \(name)", "\(others) more nodes are in trouble", hint: "see 'ringctl status \(name)'")
            )
        }
        return findings
    }

    private func mode(_ pool: PoolSummary) -> [Finding] {
        let hints: [PoolMode: String] = [
            .frozen: "nothing is published by itself: 'ringctl pool thaw \(pool.pool)' when the trouble is over",
            .needsAck: "look at 'ringctl events -p \(pool.pool)', then 'ringctl pool ack \(pool.pool) -m WHY'",
            .observe: "it only says what it would do: 'ringctl pool set mode=automatic -p \(pool.pool)' lets it act",
        ]
        guard pool.mode != .normal else { return [] }
        let hint = hints[pool.mode] ?? "see 'ringctl pool show \(pool.pool)'"
        return [.warning("pool \(pool.pool)", "is \(pool.mode.rawValue)", hint: hint)]
    }

    /// Reads the file as a client does, and compares it with what the daemon published.
    private func snapshot(of pool: PoolName, _ location: SnapshotLocation) -> [Finding] {
        let subject = "snapshot \(pool)"
        guard let version = location.version else {
            return [
                .warning(subject, "there is none yet", hint: "add a node: the first ring is published with it")
            ]
        }
        let restart = "restart ringd: it publishes anew what it committed"
        do {
            let bytes = try InputFile.contents(of: location.path, limit: SnapshotLimits().bytes)
            let snapshot = try Snapshot.decoding(bytes)
            try snapshot.verify(expectedPool: pool)
            guard snapshot.version.value == version, snapshot.digest.description == location.digest else {
                return [
                    .failure(
                        subject,
                        "\(location.path) has version \(snapshot.version), and \(version) is published",
                        hint: restart
                    )
                ]
            }
        } catch let failure as CommandFailure {
            return [
                .failure(
                    subject,
                    failure.problem,
                    hint: "clients must be able to read it: check the modes of its directories"
                )
            ]
        } catch {
            return [.failure(subject, "\(location.path): \(error)", hint: restart)]
        }
        var findings: [Finding] = [.fine(subject, "version \(version), as published, digest right: \(location.path)")]
        if let status = FileFacts(location.path), status.mode & 0o004 == 0 {
            findings.append(
                .warning(
                    subject,
                    "\(location.path) has mode \(status.octal): clients of other users cannot read it",
                    hint: "chmod o+r it; ringd writes the next one with 0644"
                )
            )
        }
        // A pool that is new gets its first note within ten seconds.
        let isYoung =
            location.publishedAt.map { WallTime.now.milliseconds - $0.milliseconds < Self.staleAfter } ?? false
        findings += aliveNote(of: pool, beside: location.path, isExpected: !isYoung)
        return findings
    }

    private func aliveNote(of pool: PoolName, beside path: String, isExpected: Bool) -> [Finding] {
        let directory = path.lastIndex(of: "/").map { path[..<$0] } ?? "."
        let file = "\(directory)/alive.json"
        guard isExpected || FileFacts(file) != nil else { return [] }
        guard let bytes = try? InputFile.contents(of: file, limit: AliveNote.byteLimit),
            let note = try? AliveNote.decoding(bytes)
        else {
            return [
                .warning(
                    "snapshot \(pool)",
                    "\(file) cannot be read: clients cannot tell whether ringd lives",
                    hint: "check that ringd may write there and clients may read"
                )
            ]
        }
        let age = WallTime.now.milliseconds - note.at.milliseconds
        guard age > Self.staleAfter else { return [] }
        return [
            .warning(
                "snapshot \(pool)",
                "\(file) was written \(note.at.age()) ago: clients take ringd for dead",
                hint: "check the disk of \(directory) and the log of ringd"
            )
        ]
    }
}
