import RingServer
import ServiceLifecycle

/// Starts the coordinator, and stops it when what is at the disk is done.
struct CoordinatorService: Service {
    let coordinator: Coordinator

    func run() async throws {
        await coordinator.start()
        try? await gracefulShutdown()
        await coordinator.stop()
    }
}

/// Serves the control socket.
struct ControlService: Service {
    let server: ControlServer

    func run() async throws { try await server.run() }
}

/// Serves reads over TCP.
struct ReadService: Service {
    let server: ReadServer

    func run() async throws { try await server.run() }
}

/// Ends the process when its state is not known any more: the next start reads the truth.
struct StopService: Service {
    let work: DiskWork

    func run() async throws {
        try await withGracefulShutdownHandler {
            for await reason in work.stops {
                throw DaemonError(exitCode: 74, problem: reason, hint: "restart ringd: it reads what is there")
            }
        } onGracefulShutdown: {
            work.finishStops()
        }
    }
}
