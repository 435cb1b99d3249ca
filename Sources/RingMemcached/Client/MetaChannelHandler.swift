import NIOCore

/// The event-loop side of a connection: writes what waits, hands out answers, watches the time.
final class MetaChannelHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let inbox: RequestInbox
    private let security: ChannelSecurity?
    private var pipeline: RequestPipeline<RequestWaiter>
    private var decoder: MetaReplyDecoder
    private var context: ChannelHandlerContext?
    private var failure: MemcachedError?
    private var timer: Scheduled<Void>?

    init(inbox: RequestInbox, options: MemcachedOptions, security: ChannelSecurity?) {
        self.inbox = inbox
        self.security = security
        pipeline = RequestPipeline(options: options)
        decoder = MetaReplyDecoder(maximumValueLength: options.maximumValueLength)
    }

    // MARK: What the calls want

    /// Takes what the calls have left in the inbox and sends it.
    func takeSubmissions() {
        for submission in inbox.take() {
            switch submission.content {
            case .one(let request, let continuation):
                submit(request, id: submission.id, waiter: .one(continuation))
            case .batch(let requests, let continuation):
                let batch = RequestBatch(count: requests.count, continuation: continuation)
                for (index, request) in requests.enumerated() {
                    submit(request, id: submission.id, waiter: .part(batch, index: index))
                }
            }
        }
        pump()
    }

    func cancel(_ id: UInt64) {
        takeSubmissions()
        for waiter in pipeline.cancel(id) {
            waiter.resume(.failure(MemcachedError(.cancelled, "the task was cancelled")))
        }
    }

    /// Answers what it has, then closes.
    func drain() {
        takeSubmissions()
        pipeline.drain()
        closeIfDrained()
    }

    private func submit(_ request: MetaRequest, id: UInt64, waiter: RequestWaiter) {
        let now = context?.eventLoop.now ?? .now()
        // What comes after the end was never sent, whatever ended the connection.
        if let failure {
            waiter.resume(.failure(MemcachedError(unsent: failure.message)))
        } else if let error = pipeline.submit(request, id: id, waiter: waiter, now: now) {
            waiter.resume(.failure(error))
        }
    }

    private func pump() {
        defer { armTimer() }
        while let context, failure == nil, context.channel.isActive, context.channel.isWritable {
            var bytes = context.channel.allocator.buffer(capacity: 1024)
            // In pieces, so that what the channel holds stays near its high-water mark.
            while bytes.readableBytes < 64 * 1024, pipeline.encodeNext(into: &bytes) {}
            guard bytes.readableBytes > 0 else { return }
            context.writeAndFlush(wrapOutboundOut(bytes), promise: nil)
        }
    }

    // MARK: What the channel says

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
    }

    func channelActive(context: ChannelHandlerContext) {
        pump()
        context.fireChannelActive()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        pump()
        context.fireChannelWritabilityChanged()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard failure == nil else { return }
        decoder.append(unwrapInboundIn(data))
        do throws(MetaReplyDecoder.Violation) {
            while let reply = try decoder.next() {
                switch pipeline.received(reply) {
                case .answer(let waiter, let reply): waiter?.resume(.success(reply))
                case .answerAndClose(let waiter, let reply):
                    waiter?.resume(.success(reply))
                    return end(MemcachedError(.connectionClosed, "the server did not understand an earlier request"))
                case .violation(let detail): return end(MemcachedError(.protocolViolation, detail))
                }
            }
        } catch {
            end(MemcachedError(.protocolViolation, error.detail))
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        pump()
        closeIfDrained()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        end(MemcachedError(.connectionClosed, security?.describe(error) ?? ConnectionErrorText.describe(error)))
    }

    func channelInactive(context: ChannelHandlerContext) {
        end(MemcachedError(.connectionClosed, "the server closed the connection"))
    }

    // MARK: The end

    /// Closes the connection and fails everything with this error.
    func end(_ error: MemcachedError) {
        guard failure == nil else { return }
        failure = error
        timer?.cancel()
        timer = nil
        context?.close(promise: nil)
        let late = inbox.close(because: error.message)
        for waiter in pipeline.close() { waiter.resume(.failure(error)) }
        for submission in late { submission.fail(MemcachedError(unsent: error.message)) }
    }

    private func closeIfDrained() {
        guard inbox.isDraining, pipeline.isIdle else { return }
        end(MemcachedError(.connectionClosed, "the connection is closed"))
    }

    // MARK: Time

    /// One timer for the whole connection; it is set when there is something to watch and none is set.
    private func armTimer() {
        guard timer == nil, failure == nil, let context, let deadline = pipeline.nextDeadline else { return }
        timer = context.eventLoop.assumeIsolated().scheduleTask(deadline: deadline) { [self] in
            timer = nil
            expire()
        }
    }

    private func expire() {
        guard let context else { return }
        let (late, isStalled) = pipeline.expire(now: context.eventLoop.now)
        for waiter in late { waiter.resume(.failure(MemcachedError(.timedOut, "no answer in time"))) }
        if isStalled {
            end(MemcachedError(.timedOut, "the server has stopped answering"))
        } else {
            closeIfDrained()
            armTimer()
        }
    }
}
