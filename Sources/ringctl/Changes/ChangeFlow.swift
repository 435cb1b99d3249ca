import RingAPI
import RingCore

/// The way of a change: preview, question, submission, report.
struct ChangeFlow {
    let global: GlobalOptions
    let options: ChangeOptions
    /// What a deletion says instead of figures; it is always asked.
    var question: String?
    /// Begins the identifiers of its requests.
    var requestPrefix = "ctl-"

    /// Does `change`, or says what it would do.
    func run(_ change: ChangeRequest) async throws {
        let client = global.client
        let id = try requestID()
        var change = change
        try complete(&change)
        if options.dryRun {
            change.dryRun = true
            report(try await exchange(change, id: id, client))
            return
        }
        if options.yes {
            report(try await exchange(change, id: id, client))
        } else {
            try await previewAndDo(change, id: id, client)
        }
    }

    /// Looks first, asks where that is due, and does what was seen or nothing.
    ///
    /// A pool that moves on between the look and the deed is looked at again, unless somebody was asked: the answer was
    /// about what was shown then.
    private func previewAndDo(_ change: ChangeRequest, id: String, _ client: ControlClient) async throws {
        for attempt in 1... {
            var preview = change
            preview.dryRun = true
            let seen = try await exchange(preview, id: randomID(), client).value
            let wasAsked = try await ask(seen, client)
            var exact = change
            exact.ifVersion = seen.oldVersion ?? 0
            do {
                report(try await exchange(exact, id: id, client))
                return
            } catch let failure as CommandFailure
                where failure.status == .conflict && !wasAsked && options.ifVersion == nil && attempt < Self.attempts
            {
                continue
            }
        }
    }

    /// Sends a request, and says on a terminal what takes long.
    private func exchange(
        _ change: ChangeRequest,
        id: String,
        _ client: ControlClient
    ) async throws -> ControlClient.Answer<ChangeResult> {
        let count = change.changes?.count ?? 1
        let what = count == 1 ? "waiting for ringd" : "\(count) changes"
        return try await WaitingLine.showing(change.dryRun == true ? "looking ahead: \(what)" : what) {
            try await client.change(change, id: id)
        }
    }

    /// How often a pool that moves on is looked at.
    private static let attempts = 5

    private func complete(_ change: inout ChangeRequest) throws {
        if let message = options.message {
            try checking { () throws(RingCore.ValidationError) in
                try validateText(message, field: "message", limit: 1000)
            }
            change.message = message
        }
        if let version = options.ifVersion {
            guard version >= 0 else {
                throw CommandFailure(
                    .refused,
                    field: "if-version",
                    "\(version) is not a version",
                    hint: "use 0 or more"
                )
            }
            change.ifVersion = version
        }
    }

    /// Asks where that is due, and says whether it was.
    private func ask(_ preview: ChangeResult, _ client: ControlClient) async throws -> Bool {
        let isInteractive = Terminal.input.isInteractive && Terminal.error.isInteractive
        var mustAsk = question != nil
        let above = try await askAbove(preview, client)
        if preview.concernedShare > above { mustAsk = true }
        guard mustAsk else { return false }
        guard isInteractive else {
            throw CommandFailure(
                .refused,
                field: preview.concernedShare > above ? "ask-above" : nil,
                preview.concernedShare > above
                    ? "this would \(preview.concern), more than \(above.percentText)"
                    : "this cannot be undone, and there is no terminal to ask at",
                hint: "look at it with --dry-run, then give -y"
            )
        }
        let hasColour = Terminal.error.showsColour(unless: global.noColor)
        Terminal.error.write(preview.preview(hasColour: hasColour, columns: Terminal.error.columns))
        let concern = preview.concern
        guard Terminal.confirms(question ?? concern.prefix(1).uppercased() + concern.dropFirst() + "?") else {
            throw CommandFailure(.refused, "nothing was changed", hint: "")
        }
        return true
    }

    private func askAbove(_ preview: ChangeResult, _ client: ControlClient) async throws -> Share {
        if let share = try options.askAboveShare() { return share }
        let standard = Share(percent: 10)
        // Nothing moves where nothing was, and a pool that is yet to be made has no policy to ask.
        guard preview.concernedShare > .none, preview.oldVersion != nil,
            let name = try? PoolName(preview.pool)
        else { return standard }
        let pool: PoolDetail = try await client.get(Path(pool: name)).value
        return pool.policy["ask_above"].flatMap { Share(percentText: $0) } ?? standard
    }

    private func report(_ answer: ControlClient.Answer<ChangeResult>) {
        let result = answer.value
        switch global.output {
        case .json: Terminal.output.write(answer.json.value.prettyText + "\n")
        case .yaml: Terminal.output.write(answer.json.value.yaml)
        case .name: Terminal.output.write(result.pool.onOneLine + "\n")
        case .csv: Terminal.output.write(answer.json.value.csv(list: nil))
        case .table, .wide:
            let terminal = Terminal.output
            if result.done {
                terminal.write(result.line.onOneLine + "\n")
            } else {
                let hasColour = terminal.showsColour(unless: global.noColor)
                let isWide = global.output == .wide
                terminal.write(result.preview(isWide: isWide, hasColour: hasColour, columns: terminal.columns))
            }
        }
        for notice in result.notices { Terminal.error.write("note: \(notice.onOneLine)\n") }
    }

    private func requestID() throws -> String {
        guard let id = options.requestId else { return randomID() }
        let isPlain = id.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20) || byte == 0x2D
        }
        guard (1...64).contains(id.utf8.count), isPlain else {
            throw CommandFailure(
                .refused,
                field: "request-id",
                "'\(printable(id))' is not an identifier",
                hint: "use 1 to 64 letters, digits and '-'"
            )
        }
        return id
    }

    private func randomID() -> String { ControlClient.newRequestID(prefix: requestPrefix) }
}

extension ChangeResult {
    /// The keys that somebody should be asked about: a server that is replaced turns keys cold, and none moves.
    fileprivate var concernedShare: Share { max(movedShare, coldShare) }

    /// What the change does to them, behind "this would".
    fileprivate var concern: String {
        movedShare >= coldShare
            ? "move \(movedShare.percentText) of the keys" : "turn \(coldShare.percentText) of the keys cold"
    }
}
