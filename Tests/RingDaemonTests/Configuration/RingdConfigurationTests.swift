import Foundation
import Logging
import RingDaemon
import Testing

@Suite struct RingdConfigurationTests {
    @Test func theDocumentedFileSaysTheDefaults() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let text = try String(contentsOf: root.appendingPathComponent("Config/ringd.toml"), encoding: .utf8)
        var configuration = RingdConfiguration()
        try configuration.apply(file: text, named: "ringd.toml")
        #expect(configuration == RingdConfiguration())
    }

    @Test func theDocumentedFileNamesEveryKey() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let text = try String(contentsOf: root.appendingPathComponent("Config/ringd.toml"), encoding: .utf8)
        let keys = [
            "data", "socket", "socket-mode", "socket-group", "snapshots", "signing-key", "http", "log-level",
            "log-format",
        ]
        for key in keys {
            #expect(text.contains("\n\(key) = ") || text.contains("\n# \(key) = "), "\(key)")
        }
    }

    @Test func flagsComeBeforeTheEnvironmentBeforeTheFile() throws {
        var configuration = RingdConfiguration()
        try configuration.apply(file: "data = \"/file\"\nsocket = \"/file.sock\"\nhttp = \"127.0.0.1:1\"", named: "f")
        try configuration.apply(environment: ["RINGD_DATA": "/environment", "RINGD_SOCKET": "/environment.sock"])
        try configuration.apply(flag: "data", "/flag")
        #expect(configuration.data == "/flag")
        #expect(configuration.socketPath == "/environment.sock")
        #expect(configuration.http == "127.0.0.1:1")
    }

    @Test(arguments: [
        ("dta = \"x\"", "f:1:1", "did you mean 'data'?"),
        ("\n  sokcet = \"x\"", "f:2:3", "did you mean 'socket'?"),
        ("data = 7", "f:1:8", "write its value in quotes"),
        ("log-level = \"loud\"", "f:1:13", "use one of"),
        ("log-level = \"warnin\"", "f:1:13", "did you mean 'warning'?"),
        ("http = \"127.0.0.1:70000\"", "f:1:8", "whole number"),
        ("socket-mode = \"0777\"", "f:1:15", "without rights for others"),
        ("data = \"a\"\ndata = \"b\"", "f:2", "Config/ringd.toml"),
        ("data = ", "f:1", "Config/ringd.toml"),
    ])
    func aBadFileIsRefusedWithItsPlace(text: String, place: String, hint: String) throws {
        var configuration = RingdConfiguration()
        let error = try #require(throws: ConfigurationError.self) { try configuration.apply(file: text, named: "f") }
        #expect(error.place.hasPrefix(place), "\(error)")
        #expect(error.hint.contains(hint), "\(error)")
        #expect(configuration == RingdConfiguration())
    }

    @Test func aReloadTellsWhatChangedAndWhatNeedsARestart() throws {
        let old = RingdConfiguration()
        #expect(old.change(to: old) == .nothing)
        var next = old
        try next.apply(file: "log-level = \"info\"\nlog-format = \"json\"\ndata = \"./ringd-data\"", named: "f")
        #expect(old.change(to: next) == .live(["log-level", "log-format"]))
        try next.apply(file: "socket-mode = \"0600\"\nhttp = \"127.0.0.1:1\"", named: "f")
        #expect(
            old.change(to: next)
                == .needsRestart(["socket-mode", "http"], others: ["log-level", "log-format"])
        )
    }

    @Test func pathsFollowTheDataDirectory() throws {
        var configuration = RingdConfiguration()
        try configuration.apply(flag: "data", "/var/lib/ringd")
        #expect(configuration.socketPath == "/var/lib/ringd/ringd.sock")
        #expect(configuration.snapshotDirectory == "/var/lib/ringd/snapshots")
        #expect(configuration.databasePath == "/var/lib/ringd/ringd.db")
    }
}
