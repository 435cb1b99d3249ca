import Glibc
import Logging
import NIOCore
import NIOPosix
import RingCore
import RingMigrations
import RingPlanner
import RingServer
import RingSigning
import RingSnapshots
import RingStore
import ServiceLifecycle
import UnixSignals

/// The daemon: puts the parts together, in the order in which they depend on each other, and runs them.
package struct Daemon: Sendable {
    private let configuration: RingdConfiguration
    private let logs: LogSettings
    private let logger: Logger
    private let version: String
    private let link: SupervisorLink?
    private let reload: @Sendable () throws(ConfigurationError) -> RingdConfiguration

    /// How long a stop may take before it is forced: an operator waits for it.
    package static let shutdownLimit: Duration = .seconds(4)

    /// - Parameters:
    ///   - version: of the program, as it calls itself.
    ///   - logs: what all loggers of the process follow; a reload changes them.
    ///   - link: the supervisor that wants to hear how it is.
    ///   - reload: reads the configuration again, from all its layers.
    package init(
        _ configuration: RingdConfiguration,
        version: String,
        logs: LogSettings,
        link: SupervisorLink?,
        reload: @escaping @Sendable () throws(ConfigurationError) -> RingdConfiguration
    ) {
        self.configuration = configuration
        self.version = version
        self.logs = logs
        logger = logs.logger(label: "ringd")
        self.link = link
        self.reload = reload
    }

    /// Recovers, serves, and ends on SIGTERM, SIGINT or a failure that must end the process.
    ///
    /// In this order: the database with its lock; the snapshots, brought in step with it; the planner; the socket.
    /// Nothing is probed or decided before what was committed is published.
    ///
    /// - Throws: ``DaemonError`` that says what is wrong, where, and what to do next.
    package func run(onReady: @escaping @Sendable (Ready) async -> Void) async throws {
        Self.prepareProcess()
        let startedAt = DaemonClock.wall()
        let signingKey = try configuration.loadSigningKey()
        try Self.makeDirectory(configuration.data)
        let store = try openStore(signedBy: signingKey)
        do {
            try await serve(store, startedAt: startedAt, onReady: onReady)
        } catch {
            try? store.close()
            throw error
        }
        try closing { () throws(StoreError) in
            try store.forgetHealth(at: DaemonClock.wall(), because: "ringd stopped")
            try store.close()
        }
    }

    /// What the daemon serves, once it does.
    package struct Ready: Hashable, Sendable {
        package var socket: String
        /// `nil` where nothing is served over TCP.
        package var http: String?
        package var pools: [String]
    }

    private func serve(
        _ store: RingStore,
        startedAt: WallTime,
        onReady: @escaping @Sendable (Ready) async -> Void
    ) async throws {
        let (roster, publisher) = try await recoverSnapshots(from: store)
        // A process that was killed did not say until when it looked; its last note does, to within seconds.
        let lastAlive = (try? await publisher.lastAlive(of: roster.pools.map(\.name))).flatMap { $0 }
        try closing { () throws(StoreError) in
            try store.forgetHealth(lastAlive: lastAlive.map { min($0, startedAt) }, because: "ringd was not running")
        }
        let recent = try closing { () throws(StoreError) in
            try store.recentRings(of: roster, at: DaemonClock.wall())
        }
        let planner = try makePlanner(roster, recent: recent)
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let work = DiskWork()
        let announcer = Announcer()
        let registry = MetricRegistry()
        let meters = DaemonMeters(registry: registry)
        let coordinator = Coordinator(
            planner: planner,
            loop: group.next(),
            work: work,
            announcer: announcer,
            meters: meters,
            logger: logger
        )
        let plane = DaemonControlPlane(
            coordinator: coordinator,
            store: store,
            snapshots: Self.absolute(configuration.snapshotDirectory),
            identity: .init(
                version: version,
                pid: getpid(),
                startedAt: startedAt,
                data: Self.absolute(configuration.data),
                migration: Migration.all.last?.name
            ),
            announcer: announcer,
            metrics: registry
        )
        let ready = Ready(
            socket: configuration.socketPath,
            http: configuration.http,
            pools: roster.pools.map(\.name.text).sorted()
        )
        var services: [any Service] = [
            StoreService(store: store, coordinator: coordinator, work: work, meters: meters, logger: logger),
            PublicationService(
                store: store,
                publisher: publisher,
                coordinator: coordinator,
                work: work,
                meters: meters,
                logger: logger
            ),
            StopService(work: work),
            RetentionService(store: store, logger: logger),
            CoordinatorService(coordinator: coordinator),
            AliveService(coordinator: coordinator, publisher: publisher, meters: meters, logger: logger),
            ReloadService(configuration: configuration, logs: logs, link: link, logger: logger, reload: reload),
        ]
        if let link { services.append(HeartbeatService(coordinator: coordinator, link: link)) }
        if let http = configuration.http {
            services.append(
                ReadService(
                    server: ReadServer(plane: plane, configuration: try .init(parsing: http), logger: logger)
                )
            )
        }
        services.append(
            ControlService(
                server: ControlServer(
                    plane: plane,
                    configuration: try controlConfiguration(),
                    logger: logger,
                    onReady: {
                        link?.send(.ready)
                        await onReady(ready)
                    }
                )
            )
        )
        var groupConfiguration = ServiceGroupConfiguration(
            services: services,
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: logger
        )
        groupConfiguration.maximumGracefulShutdownDuration = Self.shutdownLimit
        do {
            try await ServiceGroup(configuration: groupConfiguration).run()
        } catch {
            try? await group.shutdownGracefully()
            throw error
        }
        try await group.shutdownGracefully()
    }

    private func openStore(signedBy key: SigningKey?) throws(DaemonError) -> RingStore {
        do throws(StoreError) {
            var options = StoreOptions()
            options.signer = key.map { StoreOptions.Signer($0) }
            let store = try RingStore.open(at: configuration.databasePath, options: options)
            let settings = try store.effectiveSettings()
            logger.info(
                "database open",
                metadata: [
                    "event": "store.opened", "path": "\(configuration.databasePath)",
                    "journal_mode": "\(settings.journalMode)", "synchronous": "\(settings.synchronous)",
                ]
            )
            if let backup = store.migrationBackup {
                logger.notice("database migrated", metadata: ["event": "store.migrated", "backup": "\(backup)"])
            }
            return store
        } catch {
            throw DaemonError(error)
        }
    }

    /// Brings the snapshots in step with the database, and gives pools a version that the configured key has signed.
    ///
    /// In this order: a database that is older than what is published is refused before anything is committed to it.
    private func recoverSnapshots(from store: RingStore) async throws -> (Roster, SnapshotPublisher) {
        let load = { () throws(StoreError) in try store.loadRoster() }
        var roster = try closing(load)
        let publisher: SnapshotPublisher
        do throws(PublicationError) {
            publisher = try SnapshotPublisher(directory: configuration.snapshotDirectory)
        } catch {
            throw DaemonError(error)
        }
        try await publish(roster, from: store, by: publisher)
        let signed = try closing { () throws(StoreError) in try store.signNewestVersions(at: DaemonClock.wall()) }
        guard !signed.isEmpty else { return (roster, publisher) }
        for (pool, version) in signed {
            logger.notice(
                "signed by another key from now on",
                metadata: ["event": "sign", "pool": "\(pool)", "version": "\(version)"]
            )
        }
        roster = try closing(load)
        try await publish(roster, from: store, by: publisher)
        return (roster, publisher)
    }

    /// Publishes what was committed and is missing, torn or older on disk.
    private func publish(_ roster: Roster, from store: RingStore, by publisher: SnapshotPublisher) async throws {
        do {
            for pool in roster.pools {
                let newest = try pool.version.map { version in try store.snapshot(pool: pool.id, version: version) }
                let recovery = try await publisher.recover(pool.name, newest: newest)
                if case .published = recovery, let version = pool.version {
                    logger.notice(
                        "published after recovery",
                        metadata: ["event": "publish.recovered", "pool": "\(pool.name)", "version": "\(version)"]
                    )
                }
                if let version = pool.version {
                    try store.markPublished(pool: pool.id, version: version, at: DaemonClock.wall())
                }
            }
        } catch let error as StoreError {
            throw DaemonError(error)
        } catch let error as PublicationError {
            throw DaemonError(error)
        }
    }

    private func makePlanner(_ roster: Roster, recent: [PoolID: RecentRings]) throws(DaemonError) -> Planner {
        do {
            return try Planner(
                roster: roster,
                seed: .random(in: .min ... .max),
                at: DaemonClock.now(),
                recent: recent
            )
        } catch {
            throw DaemonError(
                exitCode: 65,
                problem: "the roster in the database makes no ring: \(error.problem)",
                hint: "\(error.hint); if the database was edited by hand, restore a backup"
            )
        }
    }

    private func controlConfiguration() throws(DaemonError) -> ControlServer.Configuration {
        var group: UInt32?
        if let name = configuration.socketGroup {
            guard let entry = getgrnam(name) else {
                throw DaemonError(
                    exitCode: 78,
                    problem: "there is no group '\(printable(name))'",
                    hint: "make it, or change socket-group"
                )
            }
            group = entry.pointee.gr_gid
        }
        return ControlServer.Configuration(
            path: configuration.socketPath,
            mode: configuration.socketMode,
            group: group
        )
    }

    /// Runs a call of the store and words its error.
    private func closing<Value>(_ body: () throws(StoreError) -> Value) throws(DaemonError) -> Value {
        do throws(StoreError) {
            return try body()
        } catch {
            throw DaemonError(error)
        }
    }

    /// A write to a closed pipe or past a limit is an error to be handled, not the end of the process; and thousands of
    /// connections need descriptors.
    private static func prepareProcess() {
        signal(SIGPIPE, SIG_IGN)
        signal(SIGXFSZ, SIG_IGN)
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        _ = setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }

    private static func makeDirectory(_ path: String) throws(DaemonError) {
        guard mkdir(path, 0o755) != 0, errno != EEXIST else { return }
        throw DaemonError(
            exitCode: 73,
            problem: "the data directory \(path) cannot be made: \(String(cString: strerror(errno)))",
            hint: "make the directory above it, or name another one with --data"
        )
    }

    private static func absolute(_ path: String) -> String {
        guard path.utf8.first != 0x2F, let current = getcwd(nil, 0) else { return path }
        defer { free(current) }
        let relative = path.hasPrefix("./") ? String(path.dropFirst(2)) : path
        return "\(String(cString: current))/\(relative)"
    }
}
