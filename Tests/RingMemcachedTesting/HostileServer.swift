import NIOCore
import NIOPosix
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A loopback server that answers as a memcached never should.
package struct HostileServer: Sendable {
    package let port: UInt16
    private let visitors: Visitors
    private let group: MultiThreadedEventLoopGroup

    package var address: String { "127.0.0.1:\(port)" }

    /// What it does when it hears something.
    package enum Behaviour: Sendable {
        /// Answers each read with these bytes.
        case answers([UInt8])
        /// Answers the first read with the first bytes, and so on; then says nothing.
        case script([[UInt8]])
        /// Says something before it is asked.
        case greets([UInt8])
        /// Sends this without end, as long as it is read.
        case endless([UInt8])
        /// Sends one byte each 50 ms.
        case drips([UInt8])
        case isSilent
        case resets
        case closes
    }

    package static func start(_ behaviour: Behaviour) async throws -> HostileServer {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let visitors = Visitors()
        let channel = try await ServerBootstrap(group: group)
            // Whoever listens there afterwards need not wait for the ends of its connections.
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                visitors.channels.withLock { $0.append(channel) }
                return channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(HostileHandler(behaviour))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let port = UInt16(channel.localAddress?.port ?? 0)
        return HostileServer(port: port, visitors: visitors, group: group)
    }

    /// Says something to everybody, though nobody asks.
    package func say(_ text: String) async throws {
        for channel in visitors.channels.withLock({ $0 }) {
            try await channel.writeAndFlush(ByteBuffer(string: text)).get()
        }
    }

    /// Runs a test against such a server and ends it.
    package static func run(_ behaviour: Behaviour, _ body: (HostileServer) async throws -> Void) async throws {
        let server = try await start(behaviour)
        do {
            try await body(server)
            try await server.group.shutdownGracefully()
        } catch {
            try? await server.group.shutdownGracefully()
            throw error
        }
    }
}

extension HostileServer.Behaviour {
    package static func answers(_ text: String) -> Self { .answers(Array(text.utf8)) }
    package static func script(_ texts: String...) -> Self { .script(texts.map { Array($0.utf8) }) }
}

/// The connections a server has accepted.
private final class Visitors: Sendable {
    let channels = Mutex<[any Channel]>([])
}

private final class HostileHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let behaviour: HostileServer.Behaviour
    private var reads = 0

    init(_ behaviour: HostileServer.Behaviour) { self.behaviour = behaviour }

    func channelActive(context: ChannelHandlerContext) {
        if case .greets(let bytes) = behaviour { send(bytes, context) }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        defer { reads += 1 }
        switch behaviour {
        case .answers(let bytes): send(bytes, context)
        case .script(let answers): if reads < answers.count { send(answers[reads], context) }
        case .endless(let bytes): if reads == 0 { pour(bytes, context) }
        case .drips(let bytes): if reads == 0 { drip(bytes[...], context) }
        case .greets, .isSilent: break
        case .resets:
            // A lingering time of zero makes the close a reset.
            if let options = context.channel as? any SocketOptionProvider {
                options.setSoLinger(linger(l_onoff: 1, l_linger: 0)).assumeIsolated().whenComplete { _ in
                    context.close(promise: nil)
                }
            }
        case .closes: context.close(promise: nil)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    private func send(_ bytes: [UInt8], _ context: ChannelHandlerContext) {
        guard context.channel.isActive else { return }
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: bytes)), promise: nil)
    }

    private func pour(_ bytes: [UInt8], _ context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: bytes))).assumeIsolated().whenSuccess {
            // A write that the kernel takes whole succeeds at once; a call from here would grow the stack without end.
            context.eventLoop.assumeIsolated().execute { self.pour(bytes, context) }
        }
    }

    private func drip(_ bytes: ArraySlice<UInt8>, _ context: ChannelHandlerContext) {
        guard let first = bytes.first, context.channel.isActive else { return }
        send([first], context)
        context.eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(50)) {
            self.drip(bytes.dropFirst(), context)
        }
    }
}
