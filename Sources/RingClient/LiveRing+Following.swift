import NIOPosix
import RingCore
import Synchronization

extension LiveRing {
    /// Follows the published ring until the task is cancelled.
    ///
    /// One call is enough for a process. It has the shape of a service of swift-service-lifecycle.
    public func run() async throws {
        let (wakes, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.wake(continuation) }
            for await _ in wakes {
                guard look() else { continue }
                // Reading and building take milliseconds, for which no thread of other tasks should wait.
                try? await NIOThreadPool.singleton.runIfActive { self.load() }
            }
            group.cancelAll()
        }
    }

    /// Looks at the file now, and adopts what is new; for programs that have a timer of their own.
    ///
    /// Waits for the disk. What goes wrong is found in ``state``.
    public func poll() {
        if look() { load() }
    }

    /// Wakes the following at each poll, and at changes of the directory where they are told.
    private func wake(_ following: AsyncStream<Void>.Continuation) async {
        let fifth = pollInterval.wholeNanoseconds / 5
        var watch: DirectoryWatch?
        while !Task.isCancelled {
            if wakesOnChange, watch?.isOver != false {
                // A directory that is not there yet, or no more, is watched as soon as a poll finds it.
                watch = try? await DirectoryWatch.begin(forFileAt: path) { following.yield() }
            }
            // Never longer than asked for, so that an application may count on it.
            let early = Int64.random(in: 0...fifth)
            try? await Task.sleep(for: pollInterval - .nanoseconds(early))
            following.yield()
        }
        following.finish()
        await watch?.end()
    }

    /// One system call when nothing happened; whether the file must be read.
    private func look() -> Bool {
        polling.withLock { follower in
            let last = follower.report
            let mustLoad = follower.look()
            known.withLock { $0.report = follower.report }
            metrics?.record(state, since: last)
            return mustLoad
        }
    }

    private func load() {
        polling.withLock { follower in
            let last = follower.report
            defer { metrics?.record(state, since: last) }
            guard let next = follower.load() else {
                known.withLock { $0.report = follower.report }
                return
            }
            // The number first: whoever has seen the new generation must find that a reader's is old.
            number.store(next.number, ordering: .sequentiallyConsistent)
            shared.replace(with: next) {
                known.withLock { known in
                    known.report = follower.report
                    known.place = next.place
                    known.adoptedAt = .now
                    known.subscribers.send(next.published)
                }
            }
        }
    }
}
