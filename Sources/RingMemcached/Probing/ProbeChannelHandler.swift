import NIOCore

/// The end of one connection's pipeline: hands bytes and the end of the connection to its link.
///
/// A handler belongs to one channel. Once the link has let it go, whatever its channel still says is dropped.
final class ProbeChannelHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// The link and the handler hold each other until ``close()`` or the end of the channel.
    private var link: NodeLink?
    private var context: ChannelHandlerContext?
    private var error: (any Error)?

    init(link: NodeLink) { self.link = link }

    /// Whether the connection is established and has not ended.
    private(set) var isActive = false

    func send(_ bytes: ByteBuffer) {
        context?.writeAndFlush(wrapOutboundOut(bytes), promise: nil)
    }

    /// Lets go of the link and closes the channel, established or not.
    func close() {
        link = nil
        isActive = false
        context?.close(promise: nil)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        if link == nil { context.close(promise: nil) }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
    }

    func channelActive(context: ChannelHandlerContext) {
        guard let link else { return }
        isActive = true
        link.connected(self)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        link?.received(unwrapInboundIn(data), on: self)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        self.error = error
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        isActive = false
        guard let link else { return }
        self.link = nil
        link.disconnected(self, error: error)
    }
}
