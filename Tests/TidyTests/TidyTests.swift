import Foundation
import Testing

/// What no compiler checks: the house's own rules about its files.
@Suite struct TidyTests {
    @Test func noFileIsLongerThanFiveHundredLines() throws {
        for file in try Tree.files(below: ["Sources", "Tests", "Migrations"], ending: [".swift", ".sql", ".py"])
        where !["schema.sql", "recorded.sql"].contains(file.name) {
            let count = try file.lines().count
            #expect(count <= 500, "\(file.path) has \(count) lines: split it by concern")
        }
    }

    @Test func nothingIsLeftUnfinished() throws {
        let words = ["TODO", "FIXME", " XXX ", "not implemented yet", "for now"]
        for file in try Tree.files(
            below: ["Sources", "Migrations", "Config"],
            ending: [".swift", ".sql", ".toml", ".py"]
        ) {
            for (number, line) in try file.lines().enumerated() {
                for word in words where line.localizedCaseInsensitiveContains(word) {
                    Issue.record("\(file.path):\(number + 1) says '\(word)'")
                }
            }
        }
    }

    @Test func pureTargetsTouchNoWorld() throws {
        let targets = ["RingCore", "RingSnapshots", "RingPlanner", "RingSimulator"]
        let banned = [
            "Task {", "Task.sleep", "ContinuousClock", "SuspendingClock", "Date()", "UUID()", ".shuffled()",
            ".randomElement()", "SystemRandomNumberGenerator", "import NIO", "import GRDB", "import Dispatch",
            "import Logging", "getenv", "fopen(",
        ]
        for file in try Tree.files(below: targets.map { "Sources/\($0)" }, ending: [".swift"]) {
            for (number, line) in try file.lines().enumerated() where !line.trimmed.hasPrefix("//") {
                for word in banned where line.contains(word) {
                    Issue.record("\(file.path):\(number + 1) has '\(word)', which a pure target may not use")
                }
                let isFoundation = line.hasPrefix("import Foundation") || line.hasPrefix("package import Foundation")
                let isAllowed = line.contains("FoundationEssentials") && file.path.contains("RingSnapshots")
                if isFoundation, !isAllowed { Issue.record("\(file.path):\(number + 1) imports Foundation") }
            }
        }
    }

    @Test func onlyTheStoreKnowsTheDatabaseLibrary() throws {
        for file in try Tree.files(below: ["Sources"], ending: [".swift"]) where !file.path.contains("/RingStore/") {
            let importers = try file.lines().filter { $0.hasSuffix("import GRDB") }
            #expect(importers.isEmpty, "\(file.path) imports GRDB")
        }
    }

    @Test func everyMigrationIsCompiledIn() throws {
        let manifest = try Tree.file("Package.swift").text()
        let index = try Tree.file("Migrations/Migrations.swift").text()
        let files = try Tree.files(below: ["Migrations"], ending: [".sql"])
        #expect(!files.isEmpty)
        for file in files {
            #expect(manifest.contains("\"\(file.name)\""), "Package.swift does not embed \(file.name)")
            #expect(index.contains("\"\(file.stem)\""), "Migrations.swift does not list \(file.stem)")
            let opening = try file.lines().first ?? ""
            #expect(opening.hasPrefix("--"), "\(file.path) does not open with a comment that says why")
        }
    }

    @Test func everyDocumentHasOneTitle() throws {
        for file in try Tree.files(below: ["Sources", "README.md"], ending: [".md"]) {
            var isInCode = false
            var titles = 0
            for line in try file.lines() {
                if line.hasPrefix("```") { isInCode.toggle() }
                if !isInCode, line.hasPrefix("# ") { titles += 1 }
            }
            #expect(titles == 1, "\(file.path) has \(titles) titles")
        }
    }

    @Test func theReadmeNamesTheTwoCommands() throws {
        let readme = Tree.file("README.md")
        #expect(try readme.text().contains("make demo"))
        #expect(try readme.text().contains("make test"))
        #expect(try readme.lines().count < 200)
    }

    @Test func theTopLevelHoldsWhatTheOwnersCardNames() throws {
        let allowed: Set = [
            "Package.swift", "Sources", "Tests", "Migrations", "Config", "README.md", "Makefile", "LICENSE",
        ]
        let entries = try FileManager.default.contentsOfDirectory(atPath: Tree.root.path)
        for entry in entries where !entry.hasPrefix(".") && entry != "Package.resolved" {
            #expect(allowed.contains(entry), "the top level holds '\(entry)'")
        }
    }
}
