import RingCore
import RingSnapshots

/// A snapshot with every kind of member, whose numbers are those of the format's own example.
enum Sample {
    static let agreement = digest(0xA0)
    static let auditHead = digest(0x0B)

    /// A SHA-256 value that is easy to see in a file.
    static func digest(_ byte: UInt8) -> Digest { Digest([UInt8](repeating: byte, count: 32)) }

    static func slot(
        _ number: Int,
        label: String? = nil,
        weight: Int = 100,
        points: Int? = 160,
        state: PublishedSlot.State = .in,
        zone: String? = nil
    ) throws -> PublishedSlot {
        PublishedSlot(
            label: label ?? "10.0.0.\(number)",
            weight: try Weight(weight),
            points: points,
            state: state,
            node: try NodeName("cache-\(number)"),
            address: try NodeAddress(host: "10.0.0.\(number)", port: 11211),
            zone: zone
        )
    }

    static func snapshot(
        epoch: Int64 = 1,
        version: Int64 = 42,
        parent: Int64? = 41,
        options: [DialectChoice.Option] = [],
        slots: [PublishedSlot]? = nil,
        reason: String = "2 hard failures: connection refused",
        continuum: Snapshot.Continuum? = nil,
        signature: Snapshot.Signature? = nil
    ) throws -> Snapshot {
        Snapshot(
            pool: try PoolName("sessions"),
            epoch: Epoch(epoch),
            version: RingVersion(version),
            parent: parent.map(RingVersion.init),
            createdAt: WallTime(milliseconds: 1_795_343_700_123),
            change: Snapshot.Change(
                event: EventID(107),
                kind: "eject",
                actor: "ringd",
                node: try NodeName("cache-3"),
                reason: reason,
                movedShare: Share(1254, of: 10_000),
                coldShare: Share(1254, of: 10_000)
            ),
            dialect: DialectChoice(name: "libmemcached-ketama-weighted", options: options),
            keyHash: "md5",
            slots: try slots ?? [slot(1, zone: "a"), heldSlot(), socketSlot()],
            agreement: agreement,
            auditHead: auditHead,
            continuum: continuum,
            signature: signature
        )
    }

    static func heldSlot() throws -> PublishedSlot {
        PublishedSlot(
            label: "cache.example:11212",
            weight: try Weight(10_000),
            points: 4,
            state: .held,
            node: try NodeName("cache-2"),
            address: try NodeAddress(host: "2001:db8::1", port: 11212),
            zone: "Zürich \"B\" \\"
        )
    }

    static func socketSlot() throws -> PublishedSlot {
        PublishedSlot(
            label: "/run/memcached.sock",
            weight: try Weight(1),
            points: nil,
            state: .in,
            node: try NodeName("cache-3"),
            address: try NodeAddress(host: "/run/memcached.sock", port: nil),
            zone: nil
        )
    }

    /// The file of ``snapshot()``, byte for byte, as the format's page lays it out.
    static let file = """
        {
          "format": 1,
          "pool": "sessions",
          "epoch": 1,
          "version": 42,
          "parent": 41,
          "created_at": "2026-11-22T10:35:00.123Z",
          "change": {
            "event": 107, "kind": "eject", "actor": "ringd", "node": "cache-3",
            "reason": "2 hard failures: connection refused",
            "moved_share": 0.125400, "cold_share": 0.125400
          },
          "dialect": { "name": "libmemcached-ketama-weighted", "key_hash": "md5", "options": {} },
          "slots": [
            { "label": "10.0.0.1", "weight": 100, "points": 160, "state": "in",
              "node": "cache-1", "host": "10.0.0.1", "port": 11211, "zone": "a" },
            { "label": "cache.example:11212", "weight": 10000, "points": 4, "state": "held",
              "node": "cache-2", "host": "2001:db8::1", "port": 11212, "zone": "Zürich \\"B\\" \\\\" },
            { "label": "/run/memcached.sock", "weight": 1, "state": "in",
              "node": "cache-3", "host": "/run/memcached.sock" }
          ],
          "agreement": "sha256:\(repeated("a0"))",
          "audit_head": "sha256:\(repeated("0b"))",
          "digest": "DIGEST"
        }

        """.replacing("DIGEST", with: "sha256:\(digestText)")

    /// The digest of ``file``, as the independent program beside this file computes it.
    static let digestText = "189ea0fd37eac8251e000b58619ebfabc89c3a0d8bd47f63f9a8fadbbe131acc"

    private static func repeated(_ byte: String) -> String { String(repeating: byte, count: 32) }
}

extension String {
    /// The text with the first occurrence replaced, which must be there.
    func replacingFirst(_ old: String, with new: String) -> String {
        guard let range = firstRange(of: old) else { fatalError("'\(old)' is not in the sample") }
        return replacingCharacters(in: range, with: new)
    }

    private func replacingCharacters(in range: Range<Index>, with new: String) -> String {
        String(self[..<range.lowerBound]) + new + String(self[range.upperBound...])
    }
}
