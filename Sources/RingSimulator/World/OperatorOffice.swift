import RingCore
import RingPlanner

/// The operators: what they asked for and have not been told about yet.
struct OperatorOffice: Sendable {
    struct Errand: Sendable {
        var request: RequestID
        var command: Command
        /// Validation has nothing against it, whatever the state.
        var isAlwaysValid: Bool
        var isAnswered = false
        /// The life of the process that it was told to.
        var life: UInt32 = 0
    }

    var errands: [Errand] = []
    var refusedWrites = 0
    var unanswered = 0

    /// The errand of a request.
    func index(of request: RequestID) -> Int? {
        Int(request.text.dropFirst(2)).flatMap { errands.indices.contains($0) ? $0 : nil }
    }

    /// A report that says nothing.
    var emptyReport: ChangeReport {
        guard let pool = try? PoolName("main") else { preconditionFailure("'main' is no pool name") }
        return ChangeReport(
            pool: pool,
            summary: "",
            oldVersion: nil,
            newVersion: nil,
            movement: .none,
            shares: [],
            notices: []
        )
    }
}

extension Simulation {
    static let human = Actor(user: "operator", uid: 1000, pid: 1)

    /// Takes a command to the process.
    mutating func send(_ command: Command, isAlwaysValid: Bool = false) {
        guard let request = try? RequestID("r-\(office.errands.count)") else { return }
        var command = command
        for address in command.addressesToSound {
            let server = servers.first { $0.address == address }
            let isReached = server.map { $0.isServing && $0.blocks == 0 } ?? false
            command.soundings[address] =
                isReached ? .answered(items: server?.itemCount) : .failed(reason: "no answer in time")
        }
        office.errands.append(.init(request: request, command: command, isAlwaysValid: isAlwaysValid))
        office.unanswered += 1
        queue.add(.command(Int32(office.errands.count - 1)), at: now, life: life)
    }

    mutating func submit(_ index: Int) {
        let errand = office.errands[index]
        guard !errand.isAnswered else { return }
        office.errands[index].life = life
        tally.commands += 1
        transcript.mix(UInt64(index) ^ 0xC0_0000)
        transcript.say(at: now, "operator: \(errand.command.action) (\(errand.request))")
        tell(.commandSubmitted(errand.request, errand.command, Self.human))
    }

    /// Asks again what the last process did not answer.
    mutating func askAgain() {
        for (index, errand) in office.errands.enumerated() where !errand.isAnswered && errand.life != life {
            office.errands[index].life = life
            queue.add(.command(Int32(index)), at: now + 1_000_000, life: life)
        }
    }

    mutating func answer(_ request: RequestID, _ reply: Reply) {
        transcript.mix(request.text)
        guard let index = office.index(of: request) else { return fail("answers", "an answer to nobody: \(request)") }
        let errand = office.errands[index]
        switch reply {
        case .done(let report):
            transcript.say(at: now, "answer to \(request): \(report.summary) \(report.notices)")
            checkDone(errand, report)
        case .preview(let report):
            transcript.say(at: now, "preview for \(request): \(report.summary)")
            if !errand.command.isDryRun { fail("answers", "a preview of what was not a dry run") }
        case .refused(let refusal):
            tally.refusals += 1
            transcript.say(at: now, "refused \(request): \(refusal.problem)")
            checkRefused(errand, refusal)
        case .unknown:
            transcript.say(at: now, "unknown \(request)")
            return
        }
        guard !errand.isAnswered else { return fail("answers", "a second answer to \(request)") }
        office.errands[index].isAnswered = true
        office.unanswered -= 1
    }

    /// Nothing is acknowledged that is not durable, nor said to be published that is not.
    private mutating func checkDone(_ errand: OperatorOffice.Errand, _ report: ChangeReport) {
        let isDurable = durable.recentRequests.contains { $0.request == errand.request }
        if disk.pending?.answer?.request == errand.request {
            return fail("commit before answer", "\(errand.request) is acknowledged while its change is at the disk")
        }
        guard isDurable, let version = report.newVersion, version != report.oldVersion else { return }
        guard let pool = durable.pool(named: report.pool) else { return }
        let isOwned = report.notices.contains { $0.hasPrefix("committed, but not published yet") }
        let published = files[pool.id]?.version ?? RingVersion(0)
        if published < version, !isOwned {
            fail(
                "publish before answer",
                "\(errand.request) is told of version \(version), and \(published) is on disk"
            )
        }
    }

    private mutating func checkRefused(_ errand: OperatorOffice.Errand, _ refusal: Refusal) {
        if durable.recentRequests.contains(where: { $0.request == errand.request }) {
            return fail("one effect", "\(errand.request) is refused, and its change is on disk")
        }
        switch refusal.code {
        case .storage:
            if office.refusedWrites == 0 { fail("operators", "the disk is blamed for nothing: \(refusal.problem)") }
        case .busy, .limit:
            if office.unanswered < Planner.queueLimit { fail("operators", "refused as busy: \(refusal.problem)") }
        case .invalid, .notFound, .duplicate, .versionConflict, .emptyRing, .notAllowed, .unsupported:
            if errand.isAlwaysValid { fail("operators", "a valid command is refused: \(refusal.problem)") }
        }
    }
}
