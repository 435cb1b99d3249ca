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

    /// The file that was judged last, good or bad: nothing is read while it stays.
    private var judged: SnapshotFile.Signature?
    /// The file was changed so shortly before it was read that a later change could have the same time.
    private var mustReadAgain = false
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

    /// Systems stamp files with a clock that ticks every few milliseconds, network file systems every second.
    private static let stampGrain: Int64 = 1_000_000_000
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
    mutating func look() -> Bool {
        readAliveNote()
        report.polls += 1
        do throws(RingClientError) {
            guard try file.signature() == judged, !mustReadAgain else { return true }
            report.lastError = judgement
        } catch {
            judged = nil
            fail(error)
        }
        return false
    }

    /// Reads the file; the answer is the generation to adopt, if it is a new one.
    mutating func load() -> Generation? {
        do throws(RingClientError) {
            let (bytes, signature) = try file.read(limit: limits.bytes)
            judged = signature
            mustReadAgain = abs(SnapshotFile.wallClock() - signature.modified) < Self.stampGrain
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
        case .adopt: return try Generation(snapshot, number: (current?.number ?? 0) + 1)
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
