import NIOCore
import Testing

@testable import RingMemcached

struct RequestPipelineTests {
    private static let start = NIODeadline.uptimeNanoseconds(1_000_000_000)
    private let key: MemcachedKey

    init() throws { key = try MemcachedKey("k") }

    private func makePipeline(inFlight: Int = 4, waiting: Int = 4) -> RequestPipeline<Int> {
        RequestPipeline(
            options: MemcachedOptions(timeout: .seconds(1), maximumInFlight: inFlight, maximumWaiting: waiting)
        )
    }

    private func send(_ pipeline: inout RequestPipeline<Int>) -> String {
        var buffer = ByteBuffer()
        while pipeline.encodeNext(into: &buffer) {}
        return String(buffer: buffer)
    }

    @Test func sendsNoMoreThanTheWindow() {
        var pipeline = makePipeline(inFlight: 2)
        for id in 1...4 { #expect(pipeline.submit(.noop, id: UInt64(id), waiter: id, now: Self.start) == nil) }
        #expect(send(&pipeline) == "mn\r\nmn\r\n")
        #expect(send(&pipeline) == "")
        guard case .answer(1, .noop) = pipeline.received(.noop) else {
            Issue.record("the first one is answered first")
            return
        }
        #expect(send(&pipeline) == "mn\r\n")
    }

    @Test func refusesWhatNoMoreMayWait() {
        var pipeline = makePipeline(waiting: 2)
        for id in 1...2 { #expect(pipeline.submit(.noop, id: UInt64(id), waiter: id, now: Self.start) == nil) }
        #expect(pipeline.submit(.noop, id: 3, waiter: 3, now: Self.start)?.code == .overloaded)
    }

    @Test func throwsALateAnswerAway() {
        var pipeline = makePipeline()
        _ = pipeline.submit(.get(key), id: 1, waiter: 1, now: Self.start)
        _ = send(&pipeline)
        #expect(pipeline.nextDeadline == Self.start + .seconds(1))
        let (late, isStalled) = pipeline.expire(now: Self.start + .seconds(1))
        #expect(late == [1])
        #expect(!isStalled)
        _ = pipeline.submit(.get(key), id: 2, waiter: 2, now: Self.start + .seconds(1))
        _ = send(&pipeline)
        let old = MetaReply.value(MemcachedValue(bytes: [1]), token: 1)
        let new = MetaReply.value(MemcachedValue(bytes: [2]), token: 2)
        guard case .answer(nil, old) = pipeline.received(old), case .answer(2, new) = pipeline.received(new) else {
            Issue.record("each answer belongs to its own question")
            return
        }
        #expect(pipeline.isIdle)
        #expect(pipeline.nextDeadline == nil)
    }

    @Test func callsAConnectionStalledAfterTwiceTheTimeout() {
        var pipeline = makePipeline()
        _ = pipeline.submit(.noop, id: 1, waiter: 1, now: Self.start)
        _ = send(&pipeline)
        _ = pipeline.expire(now: Self.start + .seconds(1))
        #expect(pipeline.nextDeadline == Self.start + .seconds(2))
        #expect(!pipeline.expire(now: Self.start + .milliseconds(1999)).isStalled)
        #expect(pipeline.expire(now: Self.start + .seconds(2)).isStalled)
    }

    @Test func givesUpWhatWasNeverSentWithoutLeavingAPlace() {
        var pipeline = makePipeline(inFlight: 1)
        for id in 1...3 { _ = pipeline.submit(.noop, id: UInt64(id), waiter: id, now: Self.start) }
        _ = send(&pipeline)
        #expect(pipeline.cancel(2) == [2])
        #expect(pipeline.cancel(2) == [])
        _ = pipeline.received(.noop)
        _ = send(&pipeline)
        guard case .answer(3, .noop) = pipeline.received(.noop) else {
            Issue.record("the cancelled request was not sent")
            return
        }
    }

    @Test func refusesAnAnswerToAnotherQuestion() {
        let wrong: [(MetaRequest, MetaReply)] = [
            (.get(key), .value(MemcachedValue(bytes: []), token: 99)), (.get(key), .status(.done, token: 1)),
            (.get(key), .noop), (.noop, .ok), (.noop, .status(.miss, token: nil)), (.flushAll, .noop),
            (.delete(key, cas: nil), .value(MemcachedValue(bytes: []), token: 1)),
            (.touch(key, .never), .status(.notStored, token: 1)),
        ]
        for (request, reply) in wrong {
            var pipeline = makePipeline()
            _ = pipeline.submit(request, id: 1, waiter: 1, now: Self.start)
            _ = send(&pipeline)
            guard case .violation = pipeline.received(reply) else {
                Issue.record("\(reply) does not answer \(request)")
                continue
            }
            #expect(pipeline.close() == [1])
        }
        var idle = makePipeline()
        guard case .violation = idle.received(.noop) else {
            Issue.record("nothing was asked")
            return
        }
    }

    @Test func takesNothingOnceItDrainsOrIsClosed() {
        var pipeline = makePipeline()
        _ = pipeline.submit(.noop, id: 1, waiter: 1, now: Self.start)
        pipeline.drain()
        #expect(pipeline.submit(.noop, id: 2, waiter: 2, now: Self.start)?.code == .connectionClosed)
        #expect(send(&pipeline) == "mn\r\n")
        #expect(pipeline.close() == [1])
        #expect(pipeline.submit(.noop, id: 3, waiter: 3, now: Self.start)?.code == .connectionClosed)
    }

    @Test func encodesEachRequest() throws {
        let store = MetaRequest.Store(
            key: key,
            bytes: Array("a\r\n".utf8),
            flags: 3,
            expiry: .after(.seconds(5)),
            mode: .add,
            cas: 9
        )
        let count = MetaRequest.Count(key: key, delta: 2, isDecrement: true, initial: 7, expiry: .never)
        let requests: [(MetaRequest, String)] = [
            (.get(key), "mg k v f c O1\r\n"), (.get(key, touch: .never), "mg k v f c O1 T0\r\n"),
            (.store(store), "ms k 3 O1 F3 T5 C9 ME\r\na\r\n\r\n"),
            (.delete(key, cas: 4), "md k O1 C4\r\n"), (.touch(key, .after(.zero)), "mg k T-1 O1\r\n"),
            (.count(count), "ma k v O1 MD D2 N0 J7\r\n"), (.noop, "mn\r\n"), (.flushAll, "flush_all\r\n"),
        ]
        for (request, text) in requests {
            var buffer = ByteBuffer()
            request.encode(into: &buffer, token: 1)
            #expect(String(buffer: buffer) == text)
        }
    }

    @Test(arguments: [
        "", " ", "a b", "a\r\nflush_all", "a\n", "a\0", "a\u{7F}", "\t", String(repeating: "k", count: 251),
        String(repeating: "é", count: 126),
    ])
    func refusesAKeyThatCouldInject(_ text: String) {
        #expect(throws: MemcachedError(.invalidKey, "")) { try MemcachedKey(text) }
    }

    @Test func acceptsEveryOtherKey() throws {
        for text in ["a", "é:ü", "a:b/c{d}", String(repeating: "k", count: 250), "\u{2028}"] {
            #expect(try MemcachedKey(text).text == text)
        }
    }

    @Test func saysNeverAndAtOnceAndLongTimesAsTheProtocolWants() {
        #expect(MemcachedExpiry.never.wireValue == 0)
        #expect(MemcachedExpiry.after(.milliseconds(1)).wireValue == 1)
        #expect(MemcachedExpiry.after(.seconds(30 * 86_400)).wireValue == 2_592_000)
        #expect(MemcachedExpiry.after(.seconds(31 * 86_400)).wireValue > 1_700_000_000)
        #expect(MemcachedExpiry.after(.seconds(-1)).wireValue == -1)
        #expect(MemcachedExpiry.after(.zero).wireValue == -1)
        #expect(MemcachedExpiry.at(unixSeconds: 5).wireValue == -1)
        #expect(MemcachedExpiry.at(unixSeconds: 2_000_000_000).wireValue == 2_000_000_000)
    }
}
