import ArgumentParser
import RingAPI
import RingCore

/// Shows exactly what changes would do, and keeps that for later.
struct PlanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Show exactly what changes would do together, and keep it as a plan that 'apply' carries out.",
        discussion: """
            Example: ringctl plan 'node remove cache-3' 'node add cache-9 10.0.0.9 --weight 200'
            Example: ringctl plan node remove cache-3 , node set cache-1 weight=200
            Example: ringctl plan -f sessions.toml --save plan.json && ringctl apply --plan plan.json -y

            Each CHANGE is what would be typed behind 'ringctl', in quotes: node, spare and pool commands, and alone \
            'ring rollback' or 'pool delete'. Without quotes the changes are separated by a comma that stands alone. They \
            are made in their order, all in one version.

            Shown are the share of every slot before and after, what moves (own: because a server was changed; \
            collateral: between servers that nobody touched), what turns cold, which server has to bear the most more, \
            and what the guards of automation would say. A server that is emptied or drained first is shown as it is \
            in the end.

            The plan, with --save or -o json, knows the version that it was made at: 'ringctl apply --plan' refuses it \
            with exit status 3 once the pool has moved on.
            """
    )

    @Argument(
        parsing: .allUnrecognized,
        help: ArgumentHelp("A change, as it would be typed behind 'ringctl'.", valueName: "change")
    )
    var changes: [String] = []

    @OptionGroup var roster: RosterChoice

    @Option(
        help: ArgumentHelp("Keep the plan in a file.", valueName: "file"),
        completion: .file(extensions: ["json"])
    )
    var save: String?

    @Option(
        name: [.short, .long],
        help: ArgumentHelp("Why; kept for ever with the change once it is made.", valueName: "text")
    )
    var message: String?

    @OptionGroup var global: GlobalOptions

    func validate() throws {
        guard changes.isEmpty || roster.file == nil else {
            throw ArgumentParser.ValidationError("Give changes, or a roster file with -f, not both.")
        }
        guard !changes.isEmpty || roster.file != nil else {
            throw ArgumentParser.ValidationError(
                "There is nothing to plan. Give at least one change, as in 'node remove cache-3', or a file with -f."
            )
        }
        if let option = roster.strayOption {
            throw ArgumentParser.ValidationError(
                "\(option) is for a roster file here; what belongs to a change stands in quotes with it."
            )
        }
    }

    func run() async throws {
        guard var request = try await request() else {
            if save != nil { Terminal.error.write("note: nothing differs, so no plan is kept\n") }
            return
        }
        request.message = try message.map { text in
            try checking { () throws(RingCore.ValidationError) in
                try validateText(text, field: "message", limit: 1000)
            }
            return text
        }
        let plan = try await Plan.making(of: request, global.client)
        if let save { try plan.write(to: save) }
        try plan.print(global)
        for notice in plan.result.notices { Terminal.error.write("note: \(notice.onOneLine)\n") }
        if let save {
            Terminal.error.write("note: kept in \(save.onOneLine); 'ringctl apply --plan' carries it out\n")
        }
    }

    private func request() async throws -> ChangeRequest? {
        if let file = roster.file {
            var request = try await roster.change(file, global)?.request
            // The plan carries the version that its preview saw.
            request?.ifVersion = nil
            return request
        }
        return try PlannedChanges(arguments: changes).request(of: try global.poolName())
    }
}
