import RingClient

let ring = try LiveRing(directory: "/var/lib/ringd/snapshots", pool: "default")
async let following: Void = ring.run()
for await version in ring.updates {
    print("version \(version.version), \(version.changeKind): \(version.reason)")
}
try await following
