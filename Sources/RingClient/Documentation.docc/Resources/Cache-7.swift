import RingClient

func productionRing() throws -> LiveRing {
    try LiveRing(
        directory: "/var/lib/ringd/snapshots",
        pool: "default",
        keys: try SnapshotKeys(path: "/etc/ringd/signing.pub"),
        keep: "/var/lib/shop/ring.json",
        wakesOnChange: true
    )
}

func health(of ring: LiveRing) -> [String] {
    let state = ring.state
    var lines = ["ring version \(state.version), for \(state.age)"]
    if let error = state.lastError { lines.append("not following: \(error)") }
    if let age = state.aliveAge, age > .seconds(60) { lines.append("ringd was last seen \(age) ago") }
    return lines
}
