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
