import RingDaemon
import Synchronization

/// The real disk, except where a test lets it fail.
final class FaultyDisk: PublicationDisk {
    enum Fault: Sendable {
        case none
        /// Every call from this one on fails and does nothing, as if the process had died before it.
        case crash(beforeCall: Int)
        /// This call alone fails, with a number of the system.
        case failure(call: Int, number: Int32)
        /// The first call at the step fails, with a number of the system.
        case failureAt(PublicationStep, number: Int32)
        /// A write takes at most as many bytes, and a read gives at most as many.
        case shortTransfers(Int)
    }

    private struct State {
        var fault: Fault
        var steps: [PublicationStep] = []
        var syncedInodes: [UInt64] = []
    }

    private let disk = PosixDisk()
    private let state: Mutex<State>

    init(_ fault: Fault = .none) { state = Mutex(State(fault: fault)) }

    /// The steps of all calls so far.
    var steps: [PublicationStep] { state.withLock { $0.steps } }

    /// The files and directories that a sync was asked for, in order.
    var syncedInodes: [UInt64] { state.withLock { $0.syncedInodes } }

    func setFault(_ fault: Fault) { state.withLock { $0.fault = fault } }

    /// Counts the call, and fails it where it must.
    private func pass(_ step: PublicationStep) throws(PublicationError) {
        let number: Int32? = state.withLock { state in
            state.steps.append(step)
            switch state.fault {
            case .none, .shortTransfers: return nil
            case .crash(let call): return state.steps.count >= call ? 5 : nil
            case .failure(let call, let number): return state.steps.count == call ? number : nil
            case .failureAt(let place, let number):
                guard step == place else { return nil }
                state.fault = .none
                return number
            }
        }
        if let number { throw PublicationError(step, number, path: "") }
    }

    private var transferLimit: Int {
        state.withLock { state in
            if case .shortTransfers(let limit) = state.fault { limit } else { .max }
        }
    }

    func makeDirectory(_ step: PublicationStep, _ name: String, in parent: Int32?) throws(PublicationError) {
        try pass(step)
        try disk.makeDirectory(step, name, in: parent)
    }

    func openDirectory(_ step: PublicationStep, _ name: String, in parent: Int32?) throws(PublicationError) -> Int32 {
        try pass(step)
        return try disk.openDirectory(step, name, in: parent)
    }

    func createFile(_ step: PublicationStep, _ name: String, in directory: Int32) throws(PublicationError) -> Int32 {
        try pass(step)
        return try disk.createFile(step, name, in: directory)
    }

    func openFile(_ step: PublicationStep, _ name: String, in directory: Int32) throws(PublicationError) -> Int32 {
        try pass(step)
        return try disk.openFile(step, name, in: directory)
    }

    func setMode(_ step: PublicationStep, _ descriptor: Int32, _ mode: UInt32) throws(PublicationError) {
        try pass(step)
        try disk.setMode(step, descriptor, mode)
    }

    func write(
        _ step: PublicationStep,
        _ descriptor: Int32,
        _ bytes: ArraySlice<UInt8>
    ) throws(PublicationError) -> Int {
        try pass(step)
        return try disk.write(step, descriptor, bytes.prefix(transferLimit))
    }

    func read(_ step: PublicationStep, _ descriptor: Int32, count: Int) throws(PublicationError) -> [UInt8] {
        try pass(step)
        return try disk.read(step, descriptor, count: min(count, transferLimit))
    }

    func sync(_ step: PublicationStep, _ descriptor: Int32) throws(PublicationError) {
        let status = try disk.status(step, of: descriptor)
        state.withLock { $0.syncedInodes.append(status.inode) }
        try pass(step)
        try disk.sync(step, descriptor)
    }

    func status(_ step: PublicationStep, of descriptor: Int32) throws(PublicationError) -> FileStatus {
        try pass(step)
        return try disk.status(step, of: descriptor)
    }

    func status(
        _ step: PublicationStep,
        of name: String,
        in directory: Int32?
    ) throws(PublicationError) -> FileStatus {
        try pass(step)
        return try disk.status(step, of: name, in: directory)
    }

    func lock(_ step: PublicationStep, _ descriptor: Int32) throws(PublicationError) {
        try pass(step)
        try disk.lock(step, descriptor)
    }

    func link(
        _ step: PublicationStep,
        _ name: String,
        in directory: Int32,
        to newName: String,
        in newDirectory: Int32
    ) throws(PublicationError) {
        try pass(step)
        try disk.link(step, name, in: directory, to: newName, in: newDirectory)
    }

    func rename(
        _ step: PublicationStep,
        _ name: String,
        in directory: Int32,
        to newName: String,
        in newDirectory: Int32
    ) throws(PublicationError) {
        try pass(step)
        try disk.rename(step, name, in: directory, to: newName, in: newDirectory)
    }

    func remove(_ step: PublicationStep, _ name: String, in directory: Int32) throws(PublicationError) {
        try pass(step)
        try disk.remove(step, name, in: directory)
    }

    func list(_ step: PublicationStep, _ directory: Int32) throws(PublicationError) -> [String] {
        try pass(step)
        return try disk.list(step, directory)
    }

    func close(_ step: PublicationStep, _ descriptor: Int32) throws(PublicationError) {
        // The system closes even when it reports a failure.
        disk.abandon(descriptor)
        try pass(step)
    }

    func abandon(_ descriptor: Int32) { disk.abandon(descriptor) }
}
