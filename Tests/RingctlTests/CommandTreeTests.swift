import ArgumentParser
import Testing

@testable import ringctl

@Suite struct CommandTreeTests {
    /// A name that is worked out from the type costs every start of the program a search through all conformances.
    @Test func everyCommandSaysItsName() {
        var commands: [any ParsableCommand.Type] = [Ringctl.self]
        var count = 0
        while let command = commands.popLast() {
            count += 1
            #expect(command.configuration.commandName != nil, "\(command)")
            commands += command.configuration.subcommands
        }
        #expect(count > 50)
    }
}
