import Glibc

/// Standard output for millions of lines: bytes gathered in one block of memory, handed to the kernel when it is full.
///
/// This is the one place of the program that writes through raw pointers: appending to an array costs a check and a
/// call for each piece, several times what looking up a key does.
struct OutputStream: ~Copyable {
    private let block: UnsafeMutableRawBufferPointer
    private var filled = 0

    private static let capacity = 256 << 10

    /// The reader has gone away: no failure, but the end of the work.
    struct ReaderGone: Error {}

    init() {
        block = .allocate(byteCount: Self.capacity, alignment: 16)
    }

    deinit { block.deallocate() }

    /// Appends `bytes`; what is longer than the block goes through it in pieces.
    @inline(__always)
    mutating func append(_ bytes: UnsafeRawBufferPointer) throws {
        guard bytes.count <= block.count - filled else {
            try appendInPieces(bytes)
            return
        }
        guard let source = bytes.baseAddress, let base = block.baseAddress else { return }
        memcpy(base + filled, source, bytes.count)
        filled += bytes.count
    }

    mutating func append(_ text: String) throws {
        var text = text
        text.makeContiguousUTF8()
        let bytes = Array(text.utf8)
        try bytes.withUnsafeBytes { try append($0) }
    }

    private mutating func appendInPieces(_ bytes: UnsafeRawBufferPointer) throws {
        var rest = bytes
        while !rest.isEmpty {
            if filled == block.count { try flush() }
            let count = min(rest.count, block.count - filled)
            try append(UnsafeRawBufferPointer(rebasing: rest.prefix(count)))
            rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
        }
    }

    /// Writes what was gathered.
    ///
    /// - Throws: ``ReaderGone`` for a closed pipe, `CommandFailure` where the kernel takes no more.
    mutating func flush() throws {
        var rest = UnsafeRawBufferPointer(rebasing: block[..<filled])
        filled = 0
        while !rest.isEmpty {
            let count = write(STDOUT_FILENO, rest.baseAddress, rest.count)
            if count < 0, errno == EINTR { continue }
            if count < 0, errno == EPIPE { throw ReaderGone() }
            guard count > 0 else {
                let reason = strerror(errno).map { String(cString: $0) } ?? "error \(errno)"
                throw CommandFailure(.tryAgain, "standard output: \(reason)", hint: "what was printed is not complete")
            }
            rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
        }
    }
}

/// Texts in one piece of memory, to be appended by index without a look at a `String`.
struct TextTable {
    private var bytes: [UInt8] = []
    private var ends: [Int] = [0]

    init(_ texts: some Sequence<String>) {
        for text in texts {
            bytes += text.utf8
            ends.append(bytes.count)
        }
    }

    /// Gives `body` a way from an index to the bytes of that text.
    func withTexts<Result>(
        _ body: (_ bytes: UnsafeRawBufferPointer, _ ends: [Int]) throws -> Result
    ) rethrows -> Result {
        try bytes.withUnsafeBytes { try body($0, ends) }
    }
}
