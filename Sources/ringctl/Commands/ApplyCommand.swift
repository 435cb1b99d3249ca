import ArgumentParser
import RingAPI
import RingCore

/// Makes a pool what a roster file says, or carries a plan out, in one version.
struct ApplyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "apply",
        abstract: "Make a pool what a roster file says, or carry out a plan, in one version.",
        discussion: """
            Example: ringctl apply -f sessions.toml --dry-run
            Example: ringctl export web | sed 's/weight = 100/weight = 200/' | ringctl apply -f - -y -m 'CHG-17'
            Example: ringctl apply --plan plan.json -y

            What a roster file leaves out is left alone; servers that are not in it stay, unless --prune is given. What \
            others changed since the file was exported is shown and refused with exit status 3; --overwrite takes the \
            file all the same. Nothing changes where nothing differs.

            A plan of 'ringctl plan' is carried out exactly as it was seen, or not at all: where the pool has moved on, \
            or the same changes would come to something else, it is refused with exit status 3.
            """
    )

    @OptionGroup var roster: RosterChoice

    @Option(
        help: ArgumentHelp("A plan that 'ringctl plan' made; '-' is standard input.", valueName: "file"),
        completion: .file(extensions: ["json"])
    )
    var plan: String?

    @OptionGroup var change: ChangeOptions
    @OptionGroup var global: GlobalOptions

    func validate() throws {
        guard (roster.file == nil) != (plan == nil) else {
            throw ArgumentParser.ValidationError("Give a roster file with -f, or a plan with --plan.")
        }
        if let option = roster.strayOption {
            throw ArgumentParser.ValidationError("\(option) is for a roster file; a plan is carried out as it is.")
        }
    }

    func run() async throws {
        if let plan {
            return try await PlanExecution(plan: try Plan.reading(plan), options: change, global: global).run()
        }
        guard let file = roster.file, let found = try await roster.change(file, global) else { return }
        var flow = ChangeFlow(global: global, options: change)
        flow.requestPrefix = "apply-\(found.origin)-"
        try await flow.run(found.request)
    }
}
