/// Says on a terminal what is waited for, and for how long; says nothing in a pipe.
enum WaitingLine {
    /// Quick answers show no line.
    private static let delay = Duration.milliseconds(300)
    private static let interval = Duration.milliseconds(200)

    /// Does the work, with the line on standard error meanwhile.
    static func showing<Value>(
        _ title: String,
        _ work: () async throws -> Value
    ) async throws -> Value {
        guard Terminal.error.isInteractive, Terminal.output.isInteractive else { return try await work() }
        let line = Task { await show(title) }
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

    private static func show(_ title: String) async {
        let start = ContinuousClock.now
        var isShown = false
        try? await Task.sleep(for: delay)
        while !Task.isCancelled {
            let elapsed = ContinuousClock.now - start
            Terminal.error.write("\r" + text(title, elapsed: elapsed, columns: Terminal.error.columns) + "\u{1B}[K")
            isShown = true
            try? await Task.sleep(for: interval)
        }
        if isShown { Terminal.error.write("\r\u{1B}[K") }
    }

    /// `writing the database anew … 12 s`, cut to the terminal.
    static func text(_ title: String, elapsed: Duration, columns: Int?) -> String {
        let time = " … \(elapsed.components.seconds) s"
        let room = max(0, (columns ?? 80) - 1 - time.displayWidth)
        return title.cut(toColumns: room) + time
    }
}
