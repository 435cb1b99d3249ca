import Foundation
import RingClient
import RingTestSupport
import Testing

/// Being woken by the system, beside the poll.
@Suite(.timeLimit(.minutes(2)))
struct WakeTests {
    let pool: PublishedPool

    init() throws { pool = try PublishedPool() }

    #if os(Linux)
        /// The next poll would come in an hour: what is adopted was heard of.
        @Test func changeOfTheDirectoryIsSeenAtOnce() async throws {
            try pool.publish(pool.snapshot(1))
            let ring = try LiveRing(
                directory: pool.directory,
                pool: pool.pool,
                pollInterval: .seconds(3600),
                wakesOnChange: true
            )
            let following = Task { try await ring.run() }
            var version: Int64 = 1
            // The watch begins some time after `run()` does, so versions are published until one is heard of.
            try await eventually("a change is heard of") {
                version += 1
                try pool.publish(pool.snapshot(version))
                return ring.state.version > 1
            }
            version += 1
            try pool.publish(pool.snapshot(version))
            try await eventually("so is the last one") { ring.state.version == version }
            following.cancel()
            try await following.value
        }
    #endif

    @Test func pollGoesOnWhereNothingCanBeWatched() async throws {
        try pool.publish(pool.snapshot(1))
        let ring = try LiveRing(
            directory: pool.directory,
            pool: pool.pool,
            pollInterval: .milliseconds(5),
            wakesOnChange: true
        )
        // A directory that is gone takes its watch with it; the poll finds its successor.
        let following = Task { try await ring.run() }
        try FileManager.default.removeItem(atPath: pool.directory + "/sessions")
        try FileManager.default.createDirectory(
            atPath: pool.directory + "/sessions",
            withIntermediateDirectories: false
        )
        try pool.publish(pool.snapshot(2))
        for await update in ring.updates where update.version == 2 { break }
        #expect(ring.state.lastError == nil)
        following.cancel()
        try await following.value
    }
}
