/// The calls that publication makes to the system, each with the name of the place it comes from.
///
/// They are the POSIX calls and no more, so that what the order of calls promises is decided above this line and can
/// be tested by failing any of them. An interrupted call is repeated below this line, a short one completed above it.
package protocol PublicationDisk: Sendable {
    /// Makes a directory below an open one, or by path when `parent` is `nil`.
    func makeDirectory(_ step: PublicationStep, _ name: String, in parent: Int32?) throws(PublicationError)
    /// Opens a directory; below an open one, no symbolic link is followed.
    func openDirectory(_ step: PublicationStep, _ name: String, in parent: Int32?) throws(PublicationError) -> Int32
    /// Creates a file that must not exist, for writing, with mode 0600.
    func createFile(_ step: PublicationStep, _ name: String, in directory: Int32) throws(PublicationError) -> Int32
    /// Opens a file for reading; follows no symbolic link and never waits.
    func openFile(_ step: PublicationStep, _ name: String, in directory: Int32) throws(PublicationError) -> Int32
    /// Sets the permissions of an open file or directory, whatever the umask.
    func setMode(_ step: PublicationStep, _ descriptor: Int32, _ mode: UInt32) throws(PublicationError)
    /// Writes a first part of the bytes and returns its length.
    func write(_ step: PublicationStep, _ descriptor: Int32, _ bytes: ArraySlice<UInt8>) throws(PublicationError) -> Int
    /// Reads at most `count` bytes; none at the end.
    func read(_ step: PublicationStep, _ descriptor: Int32, count: Int) throws(PublicationError) -> [UInt8]
    /// Makes what was written durable.
    func sync(_ step: PublicationStep, _ descriptor: Int32) throws(PublicationError)
    /// What the system knows about an open file.
    func status(_ step: PublicationStep, of descriptor: Int32) throws(PublicationError) -> FileStatus
    /// What the system knows about a name; a symbolic link is followed only by path.
    func status(_ step: PublicationStep, of name: String, in directory: Int32?) throws(PublicationError) -> FileStatus
    /// Takes the exclusive lock of an open directory, or fails at once.
    func lock(_ step: PublicationStep, _ descriptor: Int32) throws(PublicationError)
    /// Gives a file a second name, which must not exist.
    func link(
        _ step: PublicationStep,
        _ name: String,
        in directory: Int32,
        to newName: String,
        in newDirectory: Int32
    ) throws(PublicationError)
    /// Gives a file a new name, in place of whatever has it.
    func rename(
        _ step: PublicationStep,
        _ name: String,
        in directory: Int32,
        to newName: String,
        in newDirectory: Int32
    ) throws(PublicationError)
    /// Removes a name.
    func remove(_ step: PublicationStep, _ name: String, in directory: Int32) throws(PublicationError)
    /// The names in a directory, in no order.
    func list(_ step: PublicationStep, _ directory: Int32) throws(PublicationError) -> [String]
    /// Closes, and says whether what was written arrived.
    func close(_ step: PublicationStep, _ descriptor: Int32) throws(PublicationError)
    /// Closes what is not needed any more.
    func abandon(_ descriptor: Int32)
}

/// What tells one file, and one content of a file, from another.
package struct FileStatus: Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        case regular
        case directory
        case other
    }

    package let kind: Kind
    package let device: UInt64
    package let inode: UInt64
    package let size: Int64
    /// Nanoseconds since 1970, wrapping around: a file may say that it is of the year 3000.
    package let modified: Int64
    /// The permission bits.
    package let mode: UInt32
    package let owner: UInt32

    package init(
        kind: Kind,
        device: UInt64,
        inode: UInt64,
        size: Int64,
        modified: Int64,
        mode: UInt32,
        owner: UInt32
    ) {
        self.kind = kind
        self.device = device
        self.inode = inode
        self.size = size
        self.modified = modified
        self.mode = mode
        self.owner = owner
    }
}

/// An open file or directory, closed when it is not needed any more.
final class Descriptor {
    let number: Int32
    private let disk: any PublicationDisk
    private var isOpen = true

    init(_ number: Int32, of disk: any PublicationDisk) {
        self.number = number
        self.disk = disk
    }

    deinit {
        if isOpen { disk.abandon(number) }
    }

    /// Closes now, because the answer matters.
    func close(_ step: PublicationStep) throws(PublicationError) {
        isOpen = false
        try disk.close(step, number)
    }
}
