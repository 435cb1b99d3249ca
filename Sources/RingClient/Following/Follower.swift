import RingCore
import RingSigning
import RingSnapshots

/// What the process knows about the published file; one poll at a time changes it.
struct Follower {
    let pool: PoolName
    let file: SnapshotFile
    let aliveFile: SnapshotFile?
    /// Where the ring in use outlives the process.
    let kept: KeptSnapshot?
    /// Of which one must have signed; `nil` takes what is unsigned.
    let keys: TrustedKeys?
    let limits = SnapshotLimits()

    /// The file that was judged last, good or bad: nothing is read while it stays, for a minute.
    private var judged: SnapshotFile.Signature?
    private var trustedUntil = ContinuousClock.now
    /// What was read of a young file, to be compared with what is there at the next looks; `nil` once it has settled.
    private var young: Young?
    private var judgement: RingClientError?
    /// The newest generation that was built.
    private(set) var current: Generation?
    private(set) var report = Report()

    /// What others may know about it.
    struct Report: Sendable {
        var lastError: RingClientError?
        var keepError: RingClientError?
        var alive: AliveNote?
        var polls: UInt64 = 0
        var loads: UInt64 = 0
        var failures: UInt64 = 0
    }

    /// A file that was changed so shortly before it was read that a later change could have the same time.
    private struct Young {
        let bytes: [UInt8]
        let until: ContinuousClock.Instant
    }

    /// Systems stamp files with a clock that ticks every few milliseconds, network file systems every second.
    private static let stampGrain: Duration = .seconds(1)
    /// How long a file is trusted that looks unchanged: no stamp tells everything.
    private static let trust: Duration = .seconds(60)
    /// The note is rewritten every ten seconds; to read it more often tells nothing.
    private static let aliveEvery: UInt64 = 5

    init(pool: PoolName, file: SnapshotFile, aliveFile: SnapshotFile?, kept: KeptSnapshot?, keys: TrustedKeys?) {
        self.pool = pool
        self.file = file
        self.aliveFile = aliveFile
        self.kept = kept
        self.keys = keys
    }

    /// Takes the ring that an earlier process kept, so that this one starts where that one ended.
    ///
    /// The published file is looked at afterwards, and wins only if it is newer.
    mutating func recall() {
        guard let kept else { return }
        do throws(RingClientError) {
            guard let bytes = try kept.read(limit: limits.bytes) else { return }
            current = try generation(of: bytes, from: kept.path)
            report.loads += 1
        } catch {
            report.keepError = error
        }
    }

    /// Looks at the file with one system call; whether it must be read.
    mutating func look(at now: ContinuousClock.Instant = .now) -> Bool {
        readAliveNote()
        report.polls += 1
        do throws(RingClientError) {
            guard try file.signature() == judged, young == nil, now < trustedUntil else { return true }
            report.lastError = judgement
        } catch {
            judged = nil
            young = nil
            fail(error)
        }
        return false
    }

    /// Reads the file; the answer is the generation to adopt, if it is a new one.
    mutating func load(at now: ContinuousClock.Instant = .now) -> Generation? {
        do throws(RingClientError) {
            let (bytes, signature) = try file.read(limit: limits.bytes)
            let last = judged
            judged = signature
            trustedUntil = now + Self.trust
            if signature == last, let young, young.bytes == bytes {
                if now >= young.until { self.young = nil }
                report.lastError = judgement
                return nil
            }
            young = isYoung(signature, after: last) ? Young(bytes: bytes, until: now + Self.stampGrain) : nil
            let next = try generation(of: bytes, from: file.path)
            judgement = nil
            report.lastError = nil
            guard let next else { return nil }
            keep(bytes)
            current = next
            report.loads += 1
            return next
        } catch {
            judgement = error
            fail(error)
            return nil
        }
    }

    /// Whether a file was changed a moment ago: by its time, and because it was another at the last look.
    ///
    /// The time alone says nothing where the clock of a file server is far off.
    private func isYoung(_ signature: SnapshotFile.Signature, after last: SnapshotFile.Signature?) -> Bool {
        if let last, last != signature { return true }
        let age = SnapshotFile.wallClock() &- signature.modified
        return Duration.nanoseconds(Int64(clamping: age.magnitude)) < Self.stampGrain
    }

    /// Before the ring is used: a process that starts anew must not fall behind what this one has answered with.
    private mutating func keep(_ bytes: [UInt8]) {
        guard let kept else { return }
        do throws(RingClientError) {
            try kept.write(bytes)
            report.keepError = nil
        } catch {
            report.keepError = error
        }
    }

    private mutating func fail(_ error: RingClientError) {
        if report.lastError?.message != error.message { report.failures += 1 }
        report.lastError = error
    }

    private func generation(of bytes: [UInt8], from path: String) throws(RingClientError) -> Generation? {
        let snapshot: Snapshot
        do throws(SnapshotError) {
            snapshot = try Snapshot.decoding(bytes, limits: limits)
            try snapshot.verify(expectedPool: pool)
            try keys?.check(snapshot)
        } catch {
            let isUntrusted = [.unsigned, .unknownKey, .badSignature].contains(error.code)
            throw RingClientError(isUntrusted ? .untrusted : .invalidSnapshot, "\(printable(path)): \(error)")
        }
        switch Snapshot.adoption(of: snapshot.place, over: current?.place) {
        case .adopt: return try Generation(snapshot, after: current)
        case .keepSame: return nil
        case .ignoreOlder:
            throw RingClientError(
                .older,
                "epoch \(snapshot.epoch), version \(snapshot.version) is older than the ring in use"
            )
        case .alarm:
            throw RingClientError(
                .conflict,
                "epoch \(snapshot.epoch), version \(snapshot.version) was published twice with different content"
            )
        }
    }

    /// A note that cannot be read leaves the last one, whose age then says enough.
    private mutating func readAliveNote() {
        guard let aliveFile, report.polls.isMultiple(of: Self.aliveEvery),
            let bytes = try? aliveFile.read(limit: AliveNote.byteLimit).bytes,
            let note = try? AliveNote.decoding(bytes), note.pool == pool
        else { return }
        report.alive = note
    }
}
