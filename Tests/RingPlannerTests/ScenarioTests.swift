import Foundation
import RingCore
import RingPlanner
import Testing

/// Scenarios as readable files: prose, commands, `----`, and what follows from them.
///
/// `RECORD_SNAPSHOTS=1` writes what happens in place of what was expected; read the difference as code.
struct ScenarioTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Scenarios")

    static var names: [String] {
        let found = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return found.filter { $0.hasSuffix(".txt") }.sorted()
    }

    @Test func thereAreScenarios() { #expect(Self.names.count >= 10) }

    @Test(arguments: names)
    func happensAsWritten(name: String) throws {
        let file = Self.folder.appending(path: name)
        let written = try String(contentsOf: file, encoding: .utf8)
        let played = try play(written)
        if ProcessInfo.processInfo.environment["RECORD_SNAPSHOTS"] != nil {
            try played.write(to: file, atomically: true, encoding: .utf8)
        } else {
            #expect(played == written)
        }
    }

    /// The scenario with what really happens.
    private func play(_ text: String) throws -> String {
        var fleet: ScenarioFleet?
        var output: [String] = []
        for block in text.split(separator: "\n\n", omittingEmptySubsequences: true) {
            let lines = block.split(separator: "\n").map(String.init)
            guard !lines.allSatisfy({ $0.hasPrefix("#") }) else {
                output.append(lines.joined(separator: "\n"))
                continue
            }
            let commands = Array(lines.prefix { $0 != "----" })
            for line in commands where !line.hasPrefix("#") { try perform(line, &fleet) }
            let effects = fleet?.takeLines() ?? []
            output.append((commands + ["----"] + effects).joined(separator: "\n"))
        }
        return output.joined(separator: "\n\n") + "\n"
    }

    private func perform(_ line: String, _ fleet: inout ScenarioFleet?) throws {
        let words = line.split(separator: " ").map(String.init)
        if words[0] == "fleet" {
            let settings = words.dropFirst(2).filter { !$0.hasPrefix("spares=") }.map { Self.setting($0) }
            let spares = words.first { $0.hasPrefix("spares=") }.flatMap { Int($0.dropFirst(7)) } ?? 0
            fleet = try ScenarioFleet(nodes: try #require(Int(words[1])), spares: spares, settings: settings)
            return
        }
        guard var current = fleet else { throw ScenarioError("no fleet before '\(line)'") }
        switch words[0] {
        case "run": current.run(for: try Duration(policyText: words[1]).wholeNanoseconds)
        case "stall": current.stall(for: try Duration(policyText: words[1]).wholeNanoseconds)
        case "unknown-server": current.setUnknownServer(try NodeAddress(parsing: words[1]), items: Int64(words[2]))
        case "server": for name in words[1].split(separator: ",") { current.set(server: String(name), to: words[2]) }
        case "disk": current.setDisk(full: words[1] == "full")
        case "publisher": current.setPublisher(broken: words[1] == "broken")
        case "disturb": current.disturb(words.dropFirst().joined(separator: " "))
        case "restart": try current.restartProcess()
        case "state": current.describe()
        default: try command(words, &current)
        }
        fleet = current
    }

    /// Takes `set floor=70%` and the like; `batch A ; B` makes several changes one.
    private func command(_ words: [String], _ fleet: inout ScenarioFleet) throws {
        var words = words
        func flag(_ name: String) -> Bool {
            let index = words.firstIndex(of: name)
            if let index { words.remove(at: index) }
            return index != nil
        }
        let isDryRun = flag("--dry-run")
        let ifVersion = words.first { $0.hasPrefix("--if-version=") }.flatMap { Int64($0.dropFirst(13)) }
        words.removeAll { $0.hasPrefix("--if-version=") }
        let message = words.firstIndex(of: "-m").map { index in
            let text = words[(index + 1)...].joined(separator: " ")
            words.removeSubrange(index...)
            return text
        }
        let parts = words[0] == "batch" ? words.dropFirst().split(separator: ";") : [words[...]]
        let actions = try parts.map { try action(Array($0), &fleet) }
        try fleet.command(
            words[0] == "batch" ? .batch(actions) : actions[0],
            message: message ?? "",
            dryRun: isDryRun,
            ifVersion: ifVersion.map { RingVersion($0) }
        )
    }

    private func action(_ words: [String], _ fleet: inout ScenarioFleet) throws -> Command.Action {
        var words = words
        func flag(_ name: String) -> Bool {
            let index = words.firstIndex(of: name)
            if let index { words.remove(at: index) }
            return index != nil
        }
        let acceptStale = flag("--accept-stale")
        let isImmediate = flag("--now")
        let flush = flag("--flush")
        func node(_ index: Int = 1) throws -> NodeName { try NodeName(words[index]) }
        let action: Command.Action
        switch words[0] {
        case "eject": action = .eject(try node())
        case "readmit": action = .readmit(try node(), acceptStale: acceptStale)
        case "remove": action = .removeNode(try node())
        case "drain": action = .drain(try node())
        case "maintenance":
            let length = words.count > 2 ? try Duration(policyText: words[2]) : nil
            action = .maintenance(try node(), until: length.map { .after($0) })
        case "enable": action = .enable(try node(), acceptStale: acceptStale)
        case "replace": action = .replaceNode(try node(), with: try NodeAddress(parsing: words[2]), flush: flush)
        case "undamp": action = .undamp(try node())
        case "failback": action = .failback(try node())
        case "rollback":
            let version = RingVersion(try #require(Int64(words[1])))
            action = .rollback(version, fleet.past(version))
        case "freeze": action = .freeze
        case "thaw": action = .thaw
        case "ack": action = .acknowledge
        case "set": action = .setPool(settings: words.dropFirst().map { Self.setting($0) })
        case "node-set": action = .setNode(try node(), settings: words.dropFirst(2).map { Self.setting($0) })
        case "add", "spare-add":
            let new = Command.NewNode(
                name: try node(),
                address: try NodeAddress(parsing: words[2]),
                isImmediate: isImmediate,
                flush: flush,
                acceptStale: acceptStale,
                wait: nil
            )
            action = words[0] == "add" ? .addNode(new) : .addSpare(new)
        default: throw ScenarioError("unknown line: \(words.joined(separator: " "))")
        }
        return action
    }

    private static func setting(_ word: String) -> Command.Setting {
        let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        return .init(key: parts[0], value: parts.count > 1 ? parts[1] : "")
    }
}

/// A scenario that cannot be read.
struct ScenarioError: Error {
    let problem: String
    init(_ problem: String) { self.problem = problem }
}
