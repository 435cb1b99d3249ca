import ArgumentParser

/// Prints what a shell needs to complete commands and options.
struct CompletionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "completion",
        abstract: "Print a script that completes commands and options in your shell.",
        discussion: """
            Example: source <(ringctl completion bash)

            For every session: ringctl completion bash > /etc/bash_completion.d/ringctl, \
            ringctl completion zsh > "${fpath[1]}/_ringctl", \
            ringctl completion fish > ~/.config/fish/completions/ringctl.fish
            """
    )

    @Argument(help: "bash, zsh or fish.")
    var shell: Shell

    func run() { Terminal.output.write(Ringctl.completionScript(for: shell.completionShell) + "\n") }

    /// A shell that can complete.
    enum Shell: String, CaseIterable, ExpressibleByArgument {
        case bash
        case zsh
        case fish

        fileprivate var completionShell: CompletionShell {
            switch self {
            case .bash: .bash
            case .zsh: .zsh
            case .fish: .fish
            }
        }
    }
}
