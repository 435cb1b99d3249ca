import Hummingbird
import HummingbirdCore
import NIOCore
import RingAPI
import RingCore
import RingPlanner
import ServiceLifecycle

/// Server-Sent Events: each event of the audit as it becomes durable, and a word whenever a page has to look again.
///
/// - `event: event` carries an event of the audit as JSON; its `id` continues a stream after a break.
/// - `event: changed` says that something changed which is no event, such as a node's health.
/// - A comment comes when nothing else came for ``heartbeat``.
///
/// Nothing is queued for a reader: what it has not got yet is read from the record when it can take it. One that takes
/// nothing for ``patience`` is cut off.
struct EventStream: Sendable {
    /// The longest silence.
    static let heartbeat = TimeAmount.seconds(15)
    /// How long a write may wait for the reader.
    static let patience = TimeAmount.seconds(10)
    /// Between two looks, so that a burst of changes costs few.
    static let pause = Duration.milliseconds(50)
    /// Events read at once.
    static let batch = 100

    let plane: any ControlPlane
    let query: EventQuery
    let channel: any Channel
    let seat: Seats.Seat

    /// The answer: it lasts until the reader goes away or the server stops.
    func response(to request: Request) -> Response {
        Response(
            status: .ok,
            headers: [
                .contentType: "text/event-stream; charset=utf-8", .cacheControl: "no-store", .connection: "close",
            ],
            body: ResponseBody { writer in
                let listening = plane.announcer.listen()
                let heart = channel.eventLoop.scheduleRepeatedTask(
                    initialDelay: Self.heartbeat,
                    delay: Self.heartbeat
                ) { _ in listening.wake() }
                defer {
                    heart.cancel()
                    listening.end()
                    withExtendedLifetime(seat) {}
                }
                try await request.body.consumeWithInboundCloseHandler { _ in
                    try await withGracefulShutdownHandler {
                        try await run(listening, &writer)
                    } onGracefulShutdown: {
                        listening.end()
                    }
                } onInboundClosed: {
                    listening.end()
                }
                try await writer.finish(nil)
            }
        )
    }

    @concurrent
    private func run(_ listening: Announcer.Listening, _ writer: inout any ResponseBodyWriter) async throws {
        var last = query.after
        if last == nil {
            var newest = query
            newest.limit = 1
            last = try await plane.events(newest).events.last.map { EventID($0.event) } ?? EventID(0)
        }
        var seen = plane.announcer.count
        try await write("retry: 1000\n: ringd\n\n", to: &writer)
        try await send(after: &last, to: &writer)
        for await _ in listening.wakes {
            let count = plane.announcer.count
            if count == seen {
                try await write(": alive\n\n", to: &writer)
            } else {
                seen = count
                try await send(after: &last, to: &writer)
                try await write("event: changed\ndata: {}\n\n", to: &writer)
            }
            try await Task.sleep(for: Self.pause)
        }
    }

    @concurrent
    private func send(after last: inout EventID?, to writer: inout any ResponseBodyWriter) async throws {
        var page = query
        page.limit = Self.batch
        while true {
            page.after = last
            let events = try await plane.events(page).events
            guard let newest = events.last else { return }
            last = EventID(newest.event)
            var text = ""
            for event in events {
                let data = String(decoding: try JSONBytes.encoding(event), as: UTF8.self)
                text += "id: \(event.event)\nevent: event\ndata: \(data)\n\n"
            }
            try await write(text, to: &writer)
            if events.count < Self.batch { return }
        }
    }

    @concurrent
    private func write(_ text: String, to writer: inout any ResponseBodyWriter) async throws {
        let channel = channel
        let cut = channel.eventLoop.scheduleTask(in: Self.patience) { channel.close(promise: nil) }
        defer { cut.cancel() }
        try await writer.write(ByteBuffer(string: text))
    }
}
