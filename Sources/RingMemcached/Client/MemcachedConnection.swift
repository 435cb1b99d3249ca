package import NIOCore
import NIOPosix
package import RingCore

/// One connection to one server, for many tasks at once.
///
/// Requests of all tasks share the connection without waiting for each other's answers. Each has a deadline, and what
/// waits is bounded. Any answer that does not fit its question closes the connection: a value is never handed to the
/// wrong key. A connection that has ended stays so; its owner makes another.
package final class MemcachedConnection: Sendable {
    /// The server.
    package let address: NodeAddress
    package let options: MemcachedOptions
    private let channel: any Channel
    private let inbox: RequestInbox
    /// Empty until the channel is being made.
    private let handler: NIOLoopBoundBox<MetaChannelHandler?>

    private init(
        address: NodeAddress,
        options: MemcachedOptions,
        channel: any Channel,
        inbox: RequestInbox,
        handler: NIOLoopBoundBox<MetaChannelHandler?>
    ) {
        self.address = address
        self.options = options
        self.channel = channel
        self.inbox = inbox
        self.handler = handler
    }

    /// Connects, and makes sure that a memcached of 1.6 or later answers.
    ///
    /// - Throws: ``MemcachedError/Code/connectionFailed``.
    package static func connect(
        to address: NodeAddress,
        on eventLoop: any EventLoop,
        options: MemcachedOptions = MemcachedOptions(),
        security: ChannelSecurity? = nil
    ) async throws(MemcachedError) -> MemcachedConnection {
        let inbox = RequestInbox(maximumCount: options.maximumWaiting)
        let box = NIOLoopBoundBox.makeEmptyBox(valueType: MetaChannelHandler.self, eventLoop: eventLoop)
        let bootstrap = ClientBootstrap(group: eventLoop)
            .connectTimeout(TimeAmount(options.connectTimeout))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try security?.secure(channel, address)
                    let handler = MetaChannelHandler(inbox: inbox, options: options, security: security)
                    try channel.pipeline.syncOperations.addHandler(handler)
                    box.value = handler
                }
            }
        let connection: MemcachedConnection
        do {
            let channel =
                if let port = address.port {
                    try await bootstrap.connect(host: address.host, port: Int(port)).get()
                } else {
                    try await bootstrap.connect(unixDomainSocketPath: address.host).get()
                }
            connection = MemcachedConnection(
                address: address,
                options: options,
                channel: channel,
                inbox: inbox,
                handler: box
            )
        } catch {
            throw MemcachedError(
                .connectionFailed,
                "\(address): \(security?.describe(error) ?? ConnectionErrorText.describe(error))"
            )
        }
        do throws(MemcachedError) {
            try await connection.noop()
        } catch {
            connection.closeNow()
            throw MemcachedError(.connectionFailed, "\(address): \(error.message)")
        }
        return connection
    }

    /// Whether the connection takes no more requests.
    package var isClosed: Bool { !inbox.isOpen }

    /// Fulfilled when the connection has ended, for whatever reason.
    package var closeFuture: EventLoopFuture<Void> { channel.closeFuture }

    /// Takes no more requests, waits for the answers to those it has, and closes.
    ///
    /// Takes twice the timeout at most.
    package func close() async {
        if inbox.drain() {
            channel.eventLoop.execute { [handler] in handler.value?.drain() }
        }
        try? await channel.closeFuture.get()
    }

    /// Closes at once; what is in flight fails.
    package func closeNow() {
        channel.eventLoop.execute { [handler] in
            handler.value?.end(MemcachedError(.connectionClosed, "the connection is closed"))
        }
    }

    /// Sends one request and waits for its answer.
    func perform(_ request: MetaRequest) async throws(MemcachedError) -> MetaReply {
        guard !Task.isCancelled else { throw MemcachedError(.cancelled, "the task was cancelled") }
        let id = inbox.nextID()
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                leave(RequestInbox.Submission(id: id, content: .one(request, continuation)))
            }
        } onCancel: {
            cancel(id)
        }
        return try Self.checked(try result.get())
    }

    /// Sends several requests at once and waits for all answers.
    func perform(_ requests: [MetaRequest]) async throws(MemcachedError) -> [MetaReply] {
        guard !requests.isEmpty else { return [] }
        guard requests.count <= options.maximumWaiting else {
            throw MemcachedError(.overloaded, "\(requests.count) at once, at most \(options.maximumWaiting) may wait")
        }
        guard !Task.isCancelled else { throw MemcachedError(.cancelled, "the task was cancelled") }
        let id = inbox.nextID()
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                leave(RequestInbox.Submission(id: id, content: .batch(requests, continuation)))
            }
        } onCancel: {
            cancel(id)
        }
        var replies: [MetaReply] = []
        for reply in try result.get() { replies.append(try Self.checked(reply)) }
        return replies
    }

    private func leave(_ submission: RequestInbox.Submission) {
        switch inbox.leave(submission) {
        case .taken: break
        case .takenFirst: channel.eventLoop.execute { [handler] in handler.value?.takeSubmissions() }
        case .refused(let error): submission.fail(error)
        }
    }

    private func cancel(_ id: UInt64) {
        channel.eventLoop.execute { [handler] in handler.value?.cancel(id) }
    }

    /// Turns the error lines of a server into errors.
    private static func checked(_ reply: MetaReply) throws(MemcachedError) -> MetaReply {
        guard case .trouble(let trouble, let text) = reply else { return reply }
        switch trouble {
        case .server where text.hasPrefix("object too large"): throw MemcachedError(.valueTooLarge, text)
        case .server: throw MemcachedError(.serverError, text)
        case .client where text.contains("non-numeric"): throw MemcachedError(.notANumber, text)
        case .client: throw MemcachedError(.refused, text)
        case .unknownCommand where text.hasPrefix("ERROR Too many"):
            throw MemcachedError(.serverError, "too many open connections")
        case .unknownCommand:
            throw MemcachedError(.refused, "the server does not know the meta protocol of memcached 1.6: \(text)")
        }
    }
}
