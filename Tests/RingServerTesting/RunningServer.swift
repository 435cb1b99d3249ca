import Foundation
import Glibc
import Logging
package import RingServer
import ServiceLifecycle

/// A directory of its own for one test, removed at the end.
package func withTemporaryDirectory<Value>(_ body: (String) async throws -> Value) async throws -> Value {
    var template = Array("/tmp/ringtest-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw POSIXError(.EIO) }
    let directory = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    defer { try? FileManager.default.removeItem(atPath: directory) }
    return try await body(directory)
}

/// Runs a control server on a real socket while `body` runs.
package func withControlServer<Value: Sendable>(
    _ plane: any ControlPlane,
    mode: UInt32 = 0o660,
    group: UInt32? = nil,
    _ body: (String) async throws -> Value
) async throws -> Value {
    try await withTemporaryDirectory { directory in
        let path = directory + "/ringd.sock"
        return try await withControlServer(plane, at: path, mode: mode, group: group) { try await body(path) }
    }
}

/// Runs a control server at `path` while `body` runs; what prevents it from serving is thrown.
package func withControlServer<Value: Sendable>(
    _ plane: any ControlPlane,
    at path: String,
    mode: UInt32 = 0o660,
    group: UInt32? = nil,
    _ body: () async throws -> Value
) async throws -> Value {
    let (ready, continuation) = AsyncThrowingStream<Void, any Error>.makeStream()
    let server = ControlServer(
        plane: plane,
        configuration: ControlServer.Configuration(path: path, mode: mode, group: group),
        logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }),
        onReady: { continuation.yield() }
    )
    let task = Task {
        do {
            try await server.run()
            continuation.finish()
        } catch {
            continuation.finish(throwing: error)
        }
    }
    do {
        for try await _ in ready { break }
        let value = try await body()
        task.cancel()
        await task.value
        return value
    } catch {
        task.cancel()
        await task.value
        throw error
    }
}

/// Runs a read-only server on a free port while `body` runs.
package func withReadServer<Value: Sendable>(
    _ plane: any ControlPlane,
    host: String = "127.0.0.1",
    names: [String] = [],
    _ body: (UInt16) async throws -> Value
) async throws -> Value {
    let (ready, continuation) = AsyncThrowingStream<UInt16, any Error>.makeStream()
    let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
    let server = ReadServer(
        plane: plane,
        configuration: ReadServer.Configuration(host: host, port: 0, names: names),
        logger: logger,
        onReady: { continuation.yield($0) }
    )
    // Stopped as the daemon stops it: connections that were not taken yet are ended in order.
    let group = ServiceGroup(services: [ServedPlane(server: server)], logger: logger)
    let task = Task {
        do {
            try await group.run()
            continuation.finish()
        } catch {
            continuation.finish(throwing: error)
        }
    }
    do {
        var port: UInt16 = 0
        for try await value in ready {
            port = value
            break
        }
        let value = try await body(port)
        await group.triggerGracefulShutdown()
        await task.value
        return value
    } catch {
        await group.triggerGracefulShutdown()
        await task.value
        throw error
    }
}

/// A read-only server as a service.
private struct ServedPlane: Service {
    let server: ReadServer

    func run() async throws { try await server.run() }
}
