import Foundation
import GRDB
import RingCore
import RingPlanner
import Testing

@testable import RingStore

@Suite struct CrashTests {
    /// Goal: what was acknowledged is there after SIGKILL, and nothing is there by half.
    ///
    /// Method: a child commits changes that only make events and answers, and writes each number to a file once `commit`
    /// has returned; it is killed at some moment. The parent then looks at what is there.
    @Test(arguments: 0..<8)
    func killedProcessLosesNoAcknowledgedChange(round: Int) async throws {
        let scratch = try Scratch()
        let (path, journal) = (scratch.path, scratch.directory + "/acknowledged")
        _ = FileManager.default.createFile(atPath: journal, contents: nil)
        let delay = 40 + 23 * round
        await #expect(processExitsWith: .signal(SIGKILL)) {
            [path = path as String, journal = journal as String, delay = delay as Int] in
            let store = try RingStore.open(at: path)
            let file = try #require(FileHandle(forWritingAtPath: journal))
            DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(delay)) { kill(getpid(), SIGKILL) }
            for number in 1... {
                let event = AuditEvent(
                    at: WallTime(milliseconds: Int64(number)),
                    actor: .ringd,
                    kind: .set,
                    pool: nil,
                    reason: "\(number)"
                )
                let request = try RequestID("r-\(number)")
                let answer = AnsweredRequest(
                    request: request,
                    pool: try PoolName("web"),
                    summary: "\(number)",
                    version: nil
                )
                _ = try store.commit(Change(id: ChangeID(1), events: [event], answer: answer))
                file.write(Data("\(number)\n".utf8))
            }
        }
        let lines = try String(contentsOfFile: journal, encoding: .utf8).split(separator: "\n")
        let acknowledged = Int64(lines.count)
        let store = try RingStore.open(at: path)
        let verdict = try store.verifyAudit()
        #expect(verdict.defect == nil)
        #expect(verdict.count == acknowledged || verdict.count == acknowledged + 1)
        let answers = try store.loadRoster().recentRequests.map(\.summary)
        #expect(answers.last == (verdict.count == 0 ? nil : "\(verdict.count)"))
        try store.quickCheck()
        try store.close()
    }

    /// A small tmpfs of the test's own; `nil` where this user may not mount.
    private func mounted(_ options: String, at directory: String) -> Bool {
        run("mount", ["-t", "tmpfs", "-o", options, "tmpfs", directory])
    }

    private func run(_ command: String, _ arguments: [String]) -> Bool {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [command] + arguments
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }

    @Test(.enabled(if: geteuid() == 0, "mounting a file system needs root"))
    func fullDiskRefusesChangesUntilThereIsSpace() throws {
        let scratch = try Scratch()
        try #require(mounted("size=1m", at: scratch.directory))
        defer { _ = run("umount", ["-l", scratch.directory]) }
        let store = try RingStore.open(at: scratch.path)
        let filler = scratch.directory + "/filler"
        _ = FileManager.default.createFile(atPath: filler, contents: nil)
        let file = try #require(FileHandle(forWritingAtPath: filler))
        while (try? file.write(contentsOf: Data(repeating: 0, count: 4096))) != nil {}
        try file.close()

        func change(_ number: Int64) -> Change {
            let reason = String(repeating: "x", count: 4000)
            let at = WallTime(milliseconds: number)
            let event = AuditEvent(at: at, actor: .ringd, kind: .set, pool: nil, reason: reason)
            return Change(id: ChangeID(number), events: Array(repeating: event, count: 20))
        }
        #expect {
            _ = try store.commit(change(1))
        } throws: { error in
            guard case .refused(let cause) = error as? CommitError else { return false }
            return cause.code == .diskFull
        }
        #expect(try store.verifyAudit().count == 0)
        try FileManager.default.removeItem(atPath: filler)
        _ = try store.commit(change(2))
        #expect(try store.verifyAudit().count == 20)
        try store.close()
        let again = try RingStore.open(at: scratch.path)
        #expect(try again.verifyAudit().count == 20)
        try again.close()
    }

    @Test(.enabled(if: geteuid() == 0, "mounting a file system needs root"))
    func readOnlyDirectoryIsRefused() throws {
        let scratch = try Scratch()
        try #require(mounted("ro", at: scratch.directory))
        defer { _ = run("umount", ["-l", scratch.directory]) }
        #expect {
            _ = try RingStore.open(at: scratch.path)
        } throws: { error in (error as? StoreError)?.code == .readOnlyDirectory }
    }

    @Test func nothingIsWrittenAfterUnknownOutcome() throws {
        let scratch = try Scratch()
        let store = try RingStore.open(at: scratch.path)
        store.becomeUnusable(because: StoreError(.ioError, "commit the change: disk I/O error", at: "x", hint: ""))
        let event = AuditEvent(at: WallTime(milliseconds: 1), actor: .ringd, kind: .set, pool: nil, reason: "")
        #expect {
            _ = try store.commit(Change(id: ChangeID(1), events: [event]))
        } throws: { error in
            guard case .unknown(let cause) = error as? CommitError else { return false }
            return cause.code == .unusable
        }
        #expect(throws: StoreError.self) { try store.checkpoint() }
        #expect(throws: StoreError.self) {
            try store.markPublished(pool: PoolID(1), version: RingVersion(1), at: WallTime(milliseconds: 1))
        }
        #expect(try store.verifyAudit().count == 0)
        try store.close()
    }

    @Test func checkpointCutsLogUnlessReaderNeedsIt() throws {
        let scratch = try Scratch()
        var options = StoreOptions()
        options.checkpointBytes = 64 << 10
        let store = try RingStore.open(at: scratch.path, options: options)
        func commitEvent() throws {
            let event = AuditEvent(at: WallTime(milliseconds: 1), actor: .ringd, kind: .set, pool: nil, reason: "r")
            _ = try store.commit(Change(id: ChangeID(1), events: [event]))
        }
        try store.checkpoint()
        #expect(store.logBytes == 0)
        try commitEvent()
        #expect(store.logBytes > 0)
        #expect(try store.checkpointWhenLarge() == nil)
        while store.logBytes <= options.checkpointBytes { try commitEvent() }
        // A reader in the middle of its transaction keeps the log, and the writer does not wait for it.
        try store.readers.read { db in
            _ = try EventChain.head(db)
            try commitEvent()
            let held = try store.checkpointWhenLarge()
            #expect(held?.isHeldByReader == true)
        }
        let done = try #require(try store.checkpointWhenLarge())
        #expect(!done.isHeldByReader)
        #expect(store.logBytes == 0)
        try store.close()
    }

    /// Goal: anybody may read the live database.
    ///
    /// Method: another process reads in a loop while changes are committed and
    /// the log is cut; each of its looks finds a whole chain that only grows.
    @Test func otherProcessReadsWhileChangesAreCommitted() async throws {
        let scratch = try Scratch()
        let path = scratch.path
        var options = StoreOptions()
        options.checkpointBytes = 32 << 10
        let store = try RingStore.open(at: path, options: options)
        try commit("begin", to: store)
        async let reader = #expect(processExitsWith: .success) { [path = path as String] in
            var configuration = Configuration()
            configuration.readonly = true
            configuration.busyMode = .timeout(1)
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            var seen = 0
            var isOver = false
            while !isOver {
                let (count, links, last) = try queue.read { db in
                    let links = "SELECT count(*) FROM event JOIN event AS next ON next.previous_hash = event.hash"
                    let last = "SELECT reason FROM event ORDER BY id DESC LIMIT 1"
                    let count = try Int.fetchOne(db, sql: "SELECT count(*) FROM event") ?? 0
                    return (count, try Int.fetchOne(db, sql: links) ?? 0, try String.fetchOne(db, sql: last))
                }
                precondition(count >= seen && links == count - 1, "\(count) events, \(links) links, \(seen) before")
                seen = count
                isOver = last == "end"
            }
        }
        for number in 0..<300 {
            try commit("\(number)", to: store)
            _ = try store.checkpointWhenLarge()
            await Task.yield()
        }
        try commit("end", to: store)
        _ = await reader
        #expect(try store.verifyAudit().count == 302)
        // A reader that never pauses keeps the log from being cut; once it is gone, nothing is left of it.
        #expect(try store.checkpoint().isHeldByReader == false)
        #expect(store.logBytes == 0)
        try store.close()
    }

    private func commit(_ reason: String, to store: RingStore) throws {
        let event = AuditEvent(at: WallTime(milliseconds: 1), actor: .ringd, kind: .set, pool: nil, reason: reason)
        _ = try store.commit(Change(id: ChangeID(1), events: [event]))
    }

    @Test func writeLockOfAnotherProgramRefusesChange() throws {
        let scratch = try Scratch()
        var options = StoreOptions()
        options.busyTimeout = .milliseconds(20)
        let store = try RingStore.open(at: scratch.path, options: options)
        let other = try DatabaseQueue(path: scratch.path)
        try other.writeWithoutTransaction { db in
            try db.beginTransaction(.immediate)
            #expect {
                try commit("refused", to: store)
            } throws: { error in
                guard case .refused(let cause) = error as? CommitError else { return false }
                return cause.code == .busy
            }
            try db.rollback()
        }
        try commit("taken", to: store)
        try other.close()
        try store.close()
    }

    @Test func tasksDoNotBlockOnTheDisk() async throws {
        let scratch = try Scratch()
        let store = try RingStore.open(at: scratch.path)
        let event = AuditEvent(at: WallTime(milliseconds: 1), actor: .ringd, kind: .set, pool: nil, reason: "")
        let change = Change(id: ChangeID(1), events: [event])
        let receipt = try await store.perform { store throws(CommitError) in try store.commit(change) }
        #expect(receipt.events == [EventID(1)])
        try store.close()
    }
}
