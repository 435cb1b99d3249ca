import NIOPosix

/// A thread that runs the jobs of one actor, whose calls may wait for the disk.
///
/// Tasks share as many threads as there are cores, and one slow disk would stop them all.
final class BlockingThread: SerialExecutor {
    private let pool = NIOThreadPool(numberOfThreads: 1)

    init() { pool.start() }

    deinit {
        // The last job has run, or the actor would still hold this; the callback may come on any thread.
        pool.shutdownGracefully { _ in }
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        pool.submit { [self] _ in job.runSynchronously(on: asUnownedSerialExecutor()) }
    }
}
