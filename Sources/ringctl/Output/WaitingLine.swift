import RingCore

/// Says on a terminal what is waited for, and how far it is or for how long already; says nothing in a pipe.
enum WaitingLine {
    /// Quick answers show no line.
    private static let delay = Duration.milliseconds(300)
    private static let interval = Duration.milliseconds(200)

    /// What is known of the work at a moment.
    struct Glance: Sendable {
        /// What is done now.
        var title: String
        /// `nil` where nobody can tell how far it is.
        var bar: ProgressBar?
    }

    /// Does the work, with the line on standard error meanwhile.
    ///
    /// - Parameter glance: looks how far the work is, each time that the line is drawn; `nil` where that is not known.
    static func showing<Value>(
        _ title: String,
        glance: @escaping @Sendable () async -> Glance? = { nil },
        _ work: () async throws -> Value
    ) async throws -> Value {
        guard Terminal.error.canRedraw, Terminal.output.isInteractive else { return try await work() }
        let line = Task { await show(title, glance) }
        let result: Result<Value, any Error>
        do {
            result = .success(try await work())
        } catch {
            result = .failure(error)
        }
        line.cancel()
        await line.value
        return try result.get()
    }

    private static func show(_ title: String, _ glance: @Sendable () async -> Glance?) async {
        let start = ContinuousClock.now
        var isShown = false
        try? await Task.sleep(for: delay)
        while !Task.isCancelled {
            let seen = await glance() ?? Glance(title: title)
            // What was waited for may have come while it was looked how far it is.
            guard !Task.isCancelled else { break }
            let elapsed = ContinuousClock.now - start
            Terminal.error.redraw(text(seen, elapsed: elapsed, columns: Terminal.error.columns))
            isShown = true
            try? await Task.sleep(for: interval)
        }
        if isShown { Terminal.error.redraw("") }
    }

    /// `copying the database [######                  ]  27 %  210 MB/s  3 s left`, or `looking … 12 s`.
    static func text(_ seen: Glance, elapsed: Duration, columns: Int?) -> String {
        guard let bar = seen.bar else { return text(seen.title, elapsed: elapsed, columns: columns) }
        return bar.line(seen.title, facts: [bar.megabytesPerSecond].compactMap(\.self), columns: columns ?? 80)
    }

    /// `writing the database anew … 12 s`, cut to the terminal.
    static func text(_ title: String, elapsed: Duration, columns: Int?) -> String {
        let time = " … \(elapsed.components.seconds) s"
        let room = max(0, (columns ?? 80) - 1 - time.displayWidth)
        return title.cut(toColumns: room) + time
    }
}
