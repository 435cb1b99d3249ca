#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A real memcached on the loopback interface or a Unix socket, for as long as a test needs it.
///
/// Whoever starts one stops it; one that is forgotten is killed with its last reference.
package final class MemcachedProcess: Sendable {
    package let place: Place
    /// The process, as `kill` wants it.
    package let pid: Int32

    /// Where it listens.
    package enum Place: Hashable, Sendable {
        case ipv4(UInt16)
        case ipv6(UInt16)
        case unixSocket(String)

        /// The place as `HOST:PORT` or a path.
        package var text: String {
            switch self {
            case .ipv4(let port): "127.0.0.1:\(port)"
            case .ipv6(let port): "[::1]:\(port)"
            case .unixSocket(let path): path
            }
        }
    }

    /// memcached did not come up.
    package struct StartFailure: Error, CustomStringConvertible {
        package let description: String
    }

    private init(place: Place, pid: Int32) {
        self.place = place
        self.pid = pid
    }

    deinit { kill() }

    /// Whether there is a memcached to start on this machine.
    package static var isInstalled: Bool { executable != nil }

    /// Starts one on a free IPv4 loopback port and waits until it answers.
    package static func start(_ arguments: [String] = []) async throws -> MemcachedProcess {
        for _ in 0..<5 {
            // Somebody else may have taken the port meanwhile.
            if let process = try? await start(at: .ipv4(FreePort.next()), arguments) { return process }
        }
        return try await start(at: .ipv4(FreePort.next()), arguments)
    }

    /// Starts one at a given place and waits until it answers.
    package static func start(at place: Place, _ arguments: [String] = []) async throws -> MemcachedProcess {
        guard let executable else { throw StartFailure(description: "memcached is not installed") }
        var all = ["memcached", "-U", "0", "-t", "1", "-m", "16"]
        if geteuid() == 0 { all += ["-u", "nobody"] }
        switch place {
        // One that speaks TLS elsewhere is looked at in the clear here.
        case .ipv4(let port) where arguments.contains("-Z"): all += ["-l", "notls:127.0.0.1:\(port)"]
        case .ipv4(let port): all += ["-l", "127.0.0.1", "-p", "\(port)"]
        case .ipv6(let port): all += ["-l", "::1", "-p", "\(port)"]
        case .unixSocket(let path): all += ["-s", path, "-a", "0777"]
        }
        let process = MemcachedProcess(place: place, pid: try spawn(executable, all + arguments))
        try await eventually("memcached at \(place.text) answers") {
            guard process.isRunning else {
                throw StartFailure(description: "memcached at \(place.text) ended at once")
            }
            return (try? process.ask("version\r\n").hasPrefix("VERSION ")) == true
        }
        return process
    }

    /// Whether the process has not ended; collects it when it has.
    package var isRunning: Bool {
        var status: CInt = 0
        return waitpid(pid, &status, WNOHANG) == 0
    }

    /// The port of a server that was started on IPv4.
    package var loopbackPort: UInt16 {
        guard case .ipv4(let port) = place else { preconditionFailure("\(place.text) is no IPv4 port") }
        return port
    }

    /// Sends a command over a connection of its own and returns the answer.
    package func ask(_ command: String, until end: String = "\r\n") throws -> String {
        switch place {
        case .ipv4(let port): try BlockingSocket(port: port).ask(command, until: end)
        case .ipv6(let port): try BlockingSocket(port: port, ipv6: true).ask(command, until: end)
        case .unixSocket(let path): try BlockingSocket(path: path).ask(command, until: end)
        }
    }

    /// Stops the process without ending it: its port still accepts.
    ///
    /// Comes back when all its threads stand still; until then they may answer.
    package func pause() {
        deliver(SIGSTOP)
        var status: CInt = 0
        waitpid(pid, &status, WUNTRACED)
    }

    /// Lets a paused process run on.
    package func resume() { deliver(SIGCONT) }

    /// Ends the process at once and waits for its end.
    package func kill() {
        guard isRunning else { return }
        deliver(SIGKILL)
        var status: CInt = 0
        waitpid(pid, &status, 0)
    }

    private func deliver(_ signal: CInt) { sendSignal(signal, to: pid) }

    private static let executable: String? = ["/usr/bin/memcached", "/usr/local/bin/memcached"].first {
        access($0, X_OK) == 0
    }

    private static func spawn(_ executable: String, _ arguments: [String]) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] {
            posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_RDWR, 0)
        }
        var pointers: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) }
        pointers.append(nil)
        defer { for pointer in pointers { free(pointer) } }
        var pid: pid_t = 0
        let code = posix_spawn(&pid, executable, &actions, nil, pointers, environ)
        guard code == 0 else { throw SystemError(call: "posix_spawn", code: code) }
        return pid
    }
}

/// Beside the type, whose own `kill()` hides that of the system.
private func sendSignal(_ signal: CInt, to pid: pid_t) {
    kill(pid, signal)
}
