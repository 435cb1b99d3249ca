import RingAPI
import Testing

@testable import ringctl

/// Policy values in files: what is read, and what is refused with its place.
@Suite struct PolicyFileTests {
    private func pairs(_ text: String) throws -> [String] {
        try PolicyFile(text, name: "calm.toml").values.pairs.map { "\($0.name)=\($0.value)" }
    }

    @Test func readsPlainLinesAndTOMLAlike() throws {
        let plain = "on-failure=spare,eject\nconfirm=5s\nburst-nodes=4\ndamping=off\n"
        let toml = """
            # what we would like to try
            [policy]
            on-failure = ["spare", 'eject']   # in this order
            confirm = "5s"
              burst-nodes = 4
            damping = false

            """
        #expect(try pairs(plain) == ["on-failure=spare,eject", "confirm=5s", "burst-nodes=4", "damping=off"])
        #expect(try pairs(toml) == pairs(plain))
        #expect(try pairs("").isEmpty)
        #expect(try pairs("confirm = \"5s\"\r\nrise = 2\r\n") == ["confirm=5s", "rise=2"])
    }

    @Test(arguments: [
        ("floor", "calm.toml:1:1: 'floor' is no setting"),
        ("rise = 2\n  Floor = 80%", "calm.toml:2:3: 'Floor' is not a key"),
        ("rise = 2\nrise = 3", "calm.toml:2:1: 'rise' stands twice"),
        ("confirm = \"5s", "calm.toml:1:11: '\"5s' is not a value"),
        ("on-failure = [\"spare\", \"eject\"", "calm.toml:1:14: '[\"spare\", \"eject\"' is not a value"),
        ("confirm =", "calm.toml:1:10: '' is not a value"),
        ("[rules]", "calm.toml:1:1: '[rules]' is no setting"),
    ])
    func namesThePlaceOfWhatIsNoSetting(text: String, problem: String) throws {
        let failure = #expect(throws: CommandFailure.self) { try PolicyFile(text, name: "calm.toml") }
        #expect(failure?.status == .badData)
        #expect(failure?.problem == problem)
    }
}
