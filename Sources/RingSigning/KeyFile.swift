import RingCore

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Why a file of keys was not read or written: nothing has been changed.
package struct KeyFileError: Error, Hashable, Sendable, CustomStringConvertible {
    package let path: String
    /// A sentence without a full stop.
    package let problem: String
    /// What to do next.
    package let hint: String

    package var description: String { "\(printable(path, limit: 4096)): \(problem); \(hint)" }
}

/// The files of keys: a private one of mode 0600, and beside it a public one that ends in `.pub`.
package enum KeyFile {
    /// The largest file that is read.
    package static let byteLimit = 16 << 10

    /// The path of the public key beside a private one.
    package static func publicPath(of path: String) -> String { path + ".pub" }

    /// Writes a new key to `path`, and its public key beside it.
    ///
    /// Neither may be there before: a key that signed something must not be lost by a typing error.
    package static func write(_ key: SigningKey, to path: String) throws(KeyFileError) {
        let publicPath = publicPath(of: path)
        try create(path, mode: 0o600, text: "\(key.line)\n")
        do throws(KeyFileError) {
            try create(publicPath, mode: 0o644, text: "\(key.publicKey.line)\n")
        } catch {
            unlink(path)
            throw error
        }
    }

    /// Reads the key that `ringd` signs with.
    ///
    /// The file must be nobody else's: of this user or of root, and without any right for group and others. Symbolic
    /// links are followed, since a mounted secret consists of them.
    package static func signingKey(at path: String) throws(KeyFileError) -> SigningKey {
        let text = try read(path) { status throws(KeyFileError) in
            let rights = UInt32(status.st_mode) & 0o7777
            guard rights & 0o177 == 0 else {
                throw KeyFileError(
                    path: path,
                    problem: "its mode is 0\(String(rights, radix: 8)), so that others may read the private key",
                    hint: "run 'chmod 600 \(printable(path, limit: 4096))', and replace the key if others could read it"
                )
            }
            guard status.st_uid == geteuid() || status.st_uid == 0 else {
                throw KeyFileError(
                    path: path,
                    problem: "it belongs to the user with the number \(status.st_uid)",
                    hint: "give it to the user that ringd runs as"
                )
            }
        }
        return try parsing(path) { () throws(ValidationError) in try SigningKey(parsing: text) }
    }

    /// Reads the public keys that clients check with.
    package static func trustedKeys(at path: String) throws(KeyFileError) -> TrustedKeys {
        let text = try read(path) { _ throws(KeyFileError) in }
        return try parsing(path) { () throws(ValidationError) in try TrustedKeys(parsing: text) }
    }

    /// The keys of a file of either kind, by their public halves, and whether it is the private one.
    ///
    /// - Throws: `KeyFileError`, also for a private key that others may read.
    package static func keys(at path: String) throws(KeyFileError) -> (keys: [PublicKey], isPrivate: Bool) {
        let text = try read(path) { _ throws(KeyFileError) in }
        let lines = try parsing(path) { () throws(ValidationError) in try KeyLine.all(in: text) }
        if lines.contains(where: { $0.kind == .private }) { return ([try signingKey(at: path).publicKey], true) }
        return (try trustedKeys(at: path).keys, false)
    }

    private static func parsing<Value>(
        _ path: String,
        _ parse: () throws(ValidationError) -> Value
    ) throws(KeyFileError) -> Value {
        do throws(ValidationError) {
            return try parse()
        } catch {
            throw KeyFileError(path: path, problem: "\(error.field): \(error.problem)", hint: error.hint)
        }
    }

    private static func read(
        _ path: String,
        _ check: (stat) throws(KeyFileError) -> Void
    ) throws(KeyFileError) -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            throw failure(path, "cannot be read", hint: "check the path and who may read it")
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw KeyFileError(path: path, problem: "is no file", hint: "name a file that 'ringctl key generate' wrote")
        }
        try check(status)
        var bytes = [UInt8](repeating: 0, count: byteLimit + 1)
        var count = 0
        while count <= byteLimit {
            let part = bytes.withUnsafeMutableBytes {
                systemRead(descriptor, UnsafeMutableRawBufferPointer(rebasing: $0[count...]))
            }
            guard part >= 0 else {
                if errno == EINTR { continue }
                throw failure(path, "cannot be read", hint: "look at the disk and the system's log")
            }
            guard part > 0 else { break }
            count += part
        }
        guard count <= byteLimit, let text = String(validating: bytes[..<count], as: UTF8.self) else {
            throw KeyFileError(
                path: path,
                problem: count > byteLimit ? "is over \(byteLimit >> 10) KiB" : "is no text",
                hint: "name a file that 'ringctl key generate' wrote"
            )
        }
        return text
    }

    private static func create(_ path: String, mode: mode_t, text: String) throws(KeyFileError) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode)
        guard descriptor >= 0 else {
            let hint =
                errno == EEXIST
                ? "name another file: keys are never overwritten" : "name a file in a directory that is yours"
            throw failure(path, "cannot be made", hint: hint)
        }
        defer { close(descriptor) }
        let bytes = Array(text.utf8)
        // The umask may have taken rights away.
        guard fchmod(descriptor, mode) == 0, systemWrite(descriptor, bytes) == bytes.count, fsync(descriptor) == 0
        else {
            let error = failure(path, "cannot be written", hint: "look at the disk; nothing was left behind")
            unlink(path)
            throw error
        }
    }

    private static func failure(_ path: String, _ what: String, hint: String) -> KeyFileError {
        KeyFileError(path: path, problem: "\(what): \(String(cString: strerror(errno)))", hint: hint)
    }
}

private func systemRead(_ descriptor: Int32, _ buffer: UnsafeMutableRawBufferPointer) -> Int {
    read(descriptor, buffer.baseAddress, buffer.count)
}

private func systemWrite(_ descriptor: Int32, _ bytes: [UInt8]) -> Int {
    bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
}
