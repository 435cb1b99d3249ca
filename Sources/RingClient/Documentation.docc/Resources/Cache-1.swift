import RingClient

let ring = try LiveRing(directory: "/var/lib/ringd/snapshots", pool: "default")
print("version \(ring.current.version) has \(ring.current.owners.count) servers")
