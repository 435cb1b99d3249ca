package import RingCore
package import RingPlanner

/// A policy to be compared: the name that the table shows, and what differs from the default.
package struct NamedPolicy: Hashable, Sendable {
    package let name: String
    package let settings: [Command.Setting]
    /// What it stands for, in a phrase.
    package let meaning: String

    /// The policies that have names, in the order in which they are compared unless others are named.
    package static let presets: [NamedPolicy] = [
        NamedPolicy("default", "", "a spare if there is one, else eject; flushed on return"),
        NamedPolicy("spare", "on-failure=spare,hold", "a flushed spare takes the slot, else hold; nothing ever moves"),
        NamedPolicy("hold", "on-failure=hold", "the slot stays and clients miss; flushed on return"),
        NamedPolicy("eject", "on-failure=eject", "the keys go to the successors; flushed on return"),
        NamedPolicy("eject-unflushed", "on-failure=eject,rejoin=accept-stale", "as eject, and let in as it was"),
        NamedPolicy(
            "plain-eject",
            "on-failure=eject,rejoin=accept-stale,confirm=0s,floor=0%,move-budget=100%,max-changes-per-hour=0,"
                + "burst-nodes=10000,damping=off,rise=1",
            "what client libraries do: eject at once, let in at the first answer, no guard at all"
        ),
    ]

    private init(_ name: String, _ settings: String, _ meaning: String) {
        self.name = name
        self.meaning = meaning
        self.settings = Self.settings(settings)
    }

    /// Reads the name of a preset, `KEY=VALUE,…`, or a preset with changes to it: `hold,hold-for=5m`.
    ///
    /// - Throws: `ValidationError` for a name or a key that is unknown, a value out of range, and a policy that
    ///   contradicts itself.
    package init(parsing text: String) throws(ValidationError) {
        let first = String(text.prefix { $0 != "," })
        var settings: [Command.Setting] = []
        if first.contains("=") {
            settings = Self.settings(text)
        } else if let preset = Self.presets.first(where: { $0.name == first }) {
            settings = preset.settings + Self.settings(String(text.dropFirst(first.count + 1)))
        } else {
            let nearest = nearestName(to: first, among: Self.presets.map(\.name))
            let names = Self.presets.map(\.name).joined(separator: ", ")
            throw ValidationError(
                field: "policy",
                problem: "'\(printable(first))' is not a policy that has a name",
                hint: nearest.map { "did you mean '\($0)'?" } ?? "use one of \(names), or KEY=VALUE,..."
            )
        }
        var policy = Policy()
        do {
            for setting in settings { try policy.set(setting.key, to: setting.value) }
            try policy.validate()
        } catch {
            throw ValidationError(field: error.field ?? "policy", problem: error.problem, hint: error.hint)
        }
        name = text
        meaning = text
        self.settings = settings
    }

    /// `KEY=VALUE` by commas; a piece without `=` belongs to the value before it, which is a list.
    private static func settings(_ text: String) -> [Command.Setting] {
        var settings: [Command.Setting] = []
        for piece in text.split(separator: ",") {
            if let mark = piece.firstIndex(of: "=") {
                settings.append(.init(key: String(piece[..<mark]), value: String(piece[piece.index(after: mark)...])))
            } else if !settings.isEmpty {
                settings[settings.count - 1].value += ",\(piece)"
            } else {
                settings.append(.init(key: String(piece), value: ""))
            }
        }
        return settings
    }
}
