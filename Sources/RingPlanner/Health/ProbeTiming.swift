/// The values of a policy that probes need, as plain numbers: 10,000 nodes a second read them.
package struct ProbeTiming: Hashable, Sendable {
    package var interval: Duration
    package var timeout: Duration
    package var fastInterval: Duration
    package var downInterval: Duration
    package var confirm: Duration
    package var fallHard: Int
    package var fallSoft: Int
    package var rise: Int

    package init(_ policy: Policy) {
        interval = policy.interval
        timeout = policy.timeout
        fastInterval = policy.fastInterval
        downInterval = policy.downInterval
        confirm = policy.confirm
        fallHard = policy.fallHard
        fallSoft = policy.fallSoft
        rise = policy.rise
    }
}
