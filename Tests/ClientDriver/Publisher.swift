import Foundation
import Synchronization

/// Replaces the file 20 times a second from a thread of its own, which waits for no task.
final class Publisher: Sendable {
    private let directory: ScratchDirectory
    private let versions: [[UInt8]]
    private let next = Atomic(1)

    /// - Parameters:
    ///   - directory: where the first version is published already.
    ///   - versions: the bytes of all versions in their order.
    init(directory: ScratchDirectory, versions: [[UInt8]]) {
        self.directory = directory
        self.versions = versions
    }

    /// Publishes some more versions, and comes back when the last one has had its time.
    func publish(_ count: Int) async throws {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            Thread.detachNewThread { [self] in
                continuation.resume(with: Result { try publishAtPace(count) })
            }
        }
    }

    private func publishAtPace(_ count: Int) throws {
        var due = Date()
        for _ in 0..<count {
            let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
            try directory.publish(versions[index])
            due += 0.05
            Thread.sleep(until: due)
        }
    }
}
