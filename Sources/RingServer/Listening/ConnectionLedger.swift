import HummingbirdCore
import NIOCore
import NIOHTTPTypes
import Synchronization

/// Which connections there are and since when each is idle, so that the idle cannot keep others out.
///
/// Beyond the limit, a new connection takes the place of the one that has been idle the longest. One whose request is
/// being answered is never closed for another.
final class ConnectionLedger: Sendable {
    private let limit: Int
    private let entries = Mutex<[ObjectIdentifier: Entry]>([:])

    private struct Entry {
        let channel: any Channel
        /// `nil` while a request is being answered.
        var idleSince: NIODeadline?
    }

    /// - Parameter limit: of connections; more are possible only while all of them are busy.
    init(limit: Int) { self.limit = limit }

    /// Watches one connection; to be put between the HTTP decoder and the server.
    func makeHandler() -> any RemovableChannelHandler { Watcher(ledger: self) }

    fileprivate func opened(_ channel: any Channel) {
        let victim = entries.withLock { entries -> (any Channel)? in
            entries[ObjectIdentifier(channel)] = Entry(channel: channel, idleSince: .now())
            guard entries.count > limit else { return nil }
            let idle = entries.filter { $0.value.idleSince != nil && $0.key != ObjectIdentifier(channel) }
            guard
                let oldest = idle.min(by: {
                    ($0.value.idleSince ?? .distantFuture) < ($1.value.idleSince ?? .distantFuture)
                })
            else { return nil }
            entries[oldest.key] = nil
            return oldest.value.channel
        }
        victim?.close(promise: nil)
    }

    fileprivate func note(_ channel: any Channel, idleSince: NIODeadline?) {
        entries.withLock { $0[ObjectIdentifier(channel)]?.idleSince = idleSince }
    }

    fileprivate func closed(_ channel: any Channel) {
        entries.withLock { _ = $0.removeValue(forKey: ObjectIdentifier(channel)) }
    }
}

/// Tells the ledger when its connection opens, works, rests and closes.
private final class Watcher: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private let ledger: ConnectionLedger

    init(ledger: ConnectionLedger) { self.ledger = ledger }

    func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { ledger.opened(context.channel) }
    }

    func channelActive(context: ChannelHandlerContext) {
        ledger.opened(context.channel)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        ledger.closed(context.channel)
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) { ledger.closed(context.channel) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if case .head = unwrapInboundIn(data) { ledger.note(context.channel, idleSince: nil) }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .end = unwrapOutboundIn(data) { ledger.note(context.channel, idleSince: .now()) }
        context.write(data, promise: promise)
    }
}
