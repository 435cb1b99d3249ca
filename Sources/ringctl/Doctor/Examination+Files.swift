import Glibc
import RingAPI
import RingCore

extension Examination {
    /// Who may use the socket.
    func socket(_ path: String) -> [Finding] {
        guard let status = FileFacts(path) else { return [] }
        guard status.mode & 0o007 == 0 else {
            return [
                .failure(
                    "socket",
                    "\(path) has mode \(status.octal): every user of this machine may try to use it",
                    hint: "set socket-mode = \"0660\" and restart ringd; it also asks who is at the other end"
                )
            ]
        }
        return [.fine("socket", "\(path), mode \(status.octal)")]
    }

    /// The modes of the files, and the room on their disks.
    func files(of daemon: DaemonVersion) -> [Finding] {
        var findings: [Finding] = []
        let database = daemon.data + "/ringd.db"
        if let status = FileFacts(database) {
            findings.append(
                status.mode & 0o077 == 0
                    ? .fine("permissions", "\(database), mode \(status.octal)")
                    : .warning(
                        "permissions",
                        "\(database) has mode \(status.octal): others may read who changed what",
                        hint: "chmod 600 \(database)"
                    )
            )
        } else {
            findings.append(
                .warning(
                    "permissions",
                    "\(database) cannot be looked at by this user",
                    hint: "run the doctor as root, or as the user of ringd"
                )
            )
        }
        if let status = FileFacts(daemon.data), status.mode & 0o002 != 0 {
            findings.append(
                .failure(
                    "permissions",
                    "\(daemon.data) can be written by every user: the database could be exchanged",
                    hint: "chmod o-w \(daemon.data)"
                )
            )
        }
        findings += keys(in: daemon.data)
        findings.append(disk(daemon.data))
        return findings
    }

    /// Private keys that others may read.
    private func keys(in directory: String) -> [Finding] {
        var findings: [Finding] = []
        for place in [directory, "/etc/ringd"] {
            for name in FileFacts.names(in: place) where name.hasSuffix(".key") {
                guard let status = FileFacts("\(place)/\(name)"), status.mode & 0o077 != 0 else { continue }
                findings.append(
                    .failure(
                        "key",
                        "\(place)/\(name) has mode \(status.octal): others may read it and sign as ringd",
                        hint:
                            "chmod 600 it, make a new key with 'ringctl key generate', and give clients its public part"
                    )
                )
            }
        }
        return findings
    }

    /// The room on the disk of a path.
    func disk(_ path: String) -> Finding {
        var status = statvfs()
        guard statvfs(path, &status) == 0 else {
            return .warning("disk", "\(path) cannot be looked at by this user", hint: "run the doctor as root")
        }
        let free = Int64(status.f_bavail) * Int64(status.f_frsize)
        let percent = status.f_blocks > 0 ? Int64(status.f_bavail) * 100 / Int64(status.f_blocks) : 100
        let text = "\(free.asBytes) free at \(path)"
        if free < 64 << 20 {
            return .failure("disk", text, hint: "make room: without any, no change is taken and nothing is published")
        }
        if status.f_favail == 0, status.f_files > 0 {
            return .failure("disk", "no file can be made at \(path)", hint: "remove files: the disk has no inodes left")
        }
        if free < 1 << 30, percent < 5 { return .warning("disk", text, hint: "make room before there is none") }
        return .fine("disk", text)
    }
}

/// What the system knows about a file that this user may look at.
struct FileFacts {
    let mode: UInt32

    init?(_ path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        mode = UInt32(status.st_mode) & 0o7777
    }

    /// `0660`.
    var octal: String { "0" + String(mode, radix: 8) }

    /// The names in a directory, sorted; none where it cannot be read.
    static func names(in directory: String) -> [String] {
        guard let stream = opendir(directory) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            names.append(
                withUnsafePointer(to: &entry.pointee.d_name) {
                    $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                }
            )
        }
        return names.sorted()
    }
}
