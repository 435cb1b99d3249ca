package import RingCore
package import RingPlanner

extension Coordinator {
    /// How long a server has to answer.
    private static let patience: Duration = .milliseconds(1500)
    /// How many are asked together; the next ones follow a moment later, so that there is no burst.
    private static let together = 500
    private static let pause: Duration = .milliseconds(20)

    /// Asks servers that are not on the roster whether they are well, each once, all within two seconds.
    ///
    /// They are asked from here, not by the planner: nothing durable and no decision follows from the answers alone.
    package func sound(_ addresses: [NodeAddress]) async -> [NodeAddress: Command.Sounding] {
        guard !addresses.isEmpty else { return [:] }
        return await withTaskGroup { group in
            for (index, address) in Set(addresses).enumerated() {
                group.addTask {
                    let delay = Self.pause * (index / Self.together)
                    if delay > .zero { try? await Task.sleep(for: delay) }
                    return (address, Self.finding(await self.ask(address, within: Self.patience)))
                }
            }
            var findings: [NodeAddress: Command.Sounding] = [:]
            for await (address, finding) in group { findings[address] = finding }
            return findings
        }
    }

    private static func finding(_ outcome: ProbeOutcome) -> Command.Sounding {
        switch outcome {
        case .success(_, let stats): .answered(items: stats?.items)
        case .failure(let failure): .failed(reason: failure.detail)
        }
    }
}
