package import RingCore

/// One conversation with a server, from its first command to its verdict.
///
/// Takes bytes and returns what to do; it reads no clock and no socket. It keeps at most one line, and of `stats` only
/// the facts it wants. A server may send anything: whatever is not the expected answer ends the exchange.
package struct ProbeExchange: Sendable {
    private var state: State = .notBegun
    /// The part of a line whose end has not come yet.
    private var partial: [UInt8] = []
    private var hasReadALine = false
    private var statsBytes = 0
    private var statsLines = 0
    private let goal: Goal
    /// Whether the server knows `mn`, as far as the conversations on this connection tell.
    package private(set) var metaSupport: MetaSupport

    /// The longest line a server may send.
    package static let maximumLineLength = 2048
    /// The longest answer to `stats`.
    package static let maximumStatsLength = 65_536
    /// The most lines of an answer to `stats`.
    package static let maximumStatsLines = 2000

    package enum Goal: Hashable, Sendable {
        case liveness(wantsStats: Bool)
        case plantAndFlush(CanaryKey)
        case verify(CanaryKey)
    }

    package enum MetaSupport: Hashable, Sendable {
        case unknown, known, absent
    }

    package enum Verdict: Hashable, Sendable {
        case alive(ServerStats?)
        case cleansing(CleansingOutcome)
        case failure(ProbeFailure)
    }

    /// What is awaited.
    private enum State: Sendable {
        case notBegun
        /// `MN`; an `ERROR` leads to `version`.
        case meta
        /// `VERSION x`; then `stats` or the end.
        case version
        /// `STAT` lines up to `END`.
        case stats(StatsReader)
        /// `STORED`; then `flushed`.
        case planted(CanaryKey)
        /// `OK`, or the refusal of a server that runs with `-F`; then `uprooted`.
        case flushed(CanaryKey)
        /// `DELETED` or `NOT_FOUND`.
        case uprooted
        /// `END`, or `VALUE`; then `canaryData`.
        case canary(CanaryKey)
        case canaryData
        case canaryEnd
        case finished
    }

    /// What the shell does next.
    package enum Action: Hashable, Sendable {
        case awaitMore
        case send(ProbeCommand)
        case finish(Verdict)
    }

    package init(_ goal: Goal, metaSupport: MetaSupport = .unknown) {
        self.goal = goal
        self.metaSupport = metaSupport
    }

    /// The first command.
    ///
    /// A server that is not known yet is asked for its version: every memcached answers that.
    package mutating func begin() -> ProbeCommand {
        switch goal {
        case .liveness:
            state = metaSupport == .known ? .meta : .version
            return metaSupport == .known ? .meta : .version
        case .plantAndFlush(let key):
            state = .planted(key)
            return .plant(key)
        case .verify(let key):
            state = .canary(key)
            return .read(key)
        }
    }

    /// Takes the bytes of one read.
    ///
    /// Bytes that follow the end of an answer are malformed: they would be taken for the answer to the next question.
    package mutating func received(_ bytes: Span<UInt8>) -> Action {
        var start = 0
        while start < bytes.count {
            var end = start
            while end < bytes.count, bytes[end] != 0x0A { end += 1 }
            guard partial.count + end - start <= Self.maximumLineLength else {
                return finish(malformed: "a line of more than \(Self.maximumLineLength) bytes")
            }
            guard end < bytes.count else {
                for index in start..<end { partial.append(bytes[index]) }
                return .awaitMore
            }
            let action: Action
            if partial.isEmpty {
                action = take(bytes.extracting(start..<end))
            } else {
                for index in start..<end { partial.append(bytes[index]) }
                let line = partial
                partial.removeAll(keepingCapacity: true)
                action = take(line.span)
            }
            start = end + 1
            switch action {
            case .awaitMore: continue
            case .finish(.failure): return action
            case .finish, .send:
                return start == bytes.count ? action : finish(malformed: "bytes nobody asked for")
            }
        }
        return .awaitMore
    }

    /// Takes one line, still with its carriage return.
    private mutating func take(_ raw: Span<UInt8>) -> Action {
        guard raw.count > 0, raw[raw.count - 1] == 0x0D else {
            return finish(unexpected: raw)
        }
        let line = raw.extracting(0..<(raw.count - 1))
        defer { hasReadALine = true }
        switch state {
        case .meta:
            if line.isText("MN") { return answeredAlive() }
            guard line.isText("ERROR") else { return finish(unexpected: line) }
            metaSupport = .absent
            state = .version
            return .send(.version)
        case .version:
            guard line.hasPrefix("VERSION "), (9...72).contains(line.count), line.isPrintable else {
                return finish(unexpected: line)
            }
            if metaSupport == .unknown {
                metaSupport = Self.knowsMeta(version: line.extracting(8..<line.count)) ? .known : .absent
            }
            return answeredAlive()
        case .stats(let reader): return takeStats(line, reader)
        case .planted(let key):
            guard line.isText("STORED") else { return finish(unexpected: line) }
            state = .flushed(key)
            return .send(.flush)
        case .flushed(let key):
            if line.isText("OK") { return finish(.cleansing(.flushed)) }
            guard line.hasPrefix("CLIENT_ERROR flush_all not allowed") else { return finish(unexpected: line) }
            state = .uprooted
            return .send(.uproot(key))
        case .uprooted:
            guard line.isText("DELETED") || line.isText("NOT_FOUND") else { return finish(unexpected: line) }
            return finish(.cleansing(.flushDisabled))
        case .canary(let key):
            if line.isText("END") { return finish(.cleansing(.canaryGone)) }
            guard Self.isValue(line, of: key) else { return finish(unexpected: line) }
            state = .canaryData
            return .awaitMore
        case .canaryData:
            state = .canaryEnd
            return .awaitMore
        case .canaryEnd:
            guard line.isText("END") else { return finish(unexpected: line) }
            return finish(.cleansing(.canaryPresent))
        case .notBegun, .finished:
            return finish(malformed: "bytes nobody asked for")
        }
    }

    private mutating func answeredAlive() -> Action {
        guard case .liveness(wantsStats: true) = goal else { return finish(.alive(nil)) }
        state = .stats(StatsReader())
        return .send(.stats)
    }

    private mutating func takeStats(_ line: Span<UInt8>, _ reader: StatsReader) -> Action {
        statsBytes += line.count + 2
        statsLines += 1
        guard statsBytes <= Self.maximumStatsLength, statsLines <= Self.maximumStatsLines else {
            return finish(malformed: "stats that do not end")
        }
        if line.isText("END") { return finish(.alive(reader.stats)) }
        var reader = reader
        guard reader.take(line) else { return finish(unexpected: line) }
        state = .stats(reader)
        return .awaitMore
    }

    private mutating func finish(_ verdict: Verdict) -> Action {
        state = .finished
        return .finish(verdict)
    }

    private mutating func finish(malformed detail: String) -> Action {
        finish(.failure(ProbeFailure(.soft, "malformed answer: \(detail)")))
    }

    private mutating func finish(unexpected line: Span<UInt8>) -> Action {
        finish(.failure(UnexpectedAnswer.failure(line, isFirst: !hasReadALine)))
    }

    /// Whether a server of this version knows the meta protocol: 1.6 and later.
    private static func knowsMeta(version: Span<UInt8>) -> Bool {
        var numbers: [Int64] = [0]
        for index in version.indices {
            if (0x30...0x39).contains(version[index]), numbers[numbers.count - 1] < 1_000_000 {
                numbers[numbers.count - 1] = numbers[numbers.count - 1] * 10 + Int64(version[index] - 0x30)
            } else if version[index] == 0x2E, numbers.count == 1 {
                numbers.append(0)
            } else {
                break
            }
        }
        guard numbers.count == 2 else { return false }
        return numbers[0] > 1 || (numbers[0] == 1 && numbers[1] >= 6)
    }

    /// Whether the line is `VALUE key flags length` of this key.
    private static func isValue(_ line: Span<UInt8>, of key: CanaryKey) -> Bool {
        guard line.isPrintable, line.hasPrefix("VALUE ") else { return false }
        let expected = Array(key.text.utf8) + [0x20]
        guard line.count > 6 + expected.count else { return false }
        for index in expected.indices where line[6 + index] != expected[index] { return false }
        return true
    }
}
