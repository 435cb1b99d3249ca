import RingCore

/// The memcached server that answers for a key, as the published ring names it.
public struct Owner: Hashable, Sendable {
    /// The name of the node that occupies the slot: `cache-3`.
    public let node: String
    /// The lasting name of the slot on the ring, which stays when the node is replaced.
    public let label: String
    /// A DNS name, an IP address without brackets, or the absolute path of a Unix socket.
    public var host: String { address.host }
    /// The port; `nil` exactly for a Unix socket.
    public var port: Int? { address.port.map { Int($0) } }
    /// The failure domain, where the operator gave one.
    public let zone: String?
    /// Whether the node is down and its slot is held for it: answer a miss at once, and ask no other server.
    ///
    /// The keys stay where they are, so that nothing has to move when the node is back or replaced.
    public let isHeld: Bool

    /// Host and port together, validated.
    let address: NodeAddress

    init(_ slot: PublishedSlot) {
        address = slot.address
        node = slot.node.text
        label = slot.label
        zone = slot.zone
        isHeld = slot.state == .held
    }
}

extension Owner: CustomStringConvertible {
    /// `host:port`, with brackets around an IPv6 address; the path of a Unix socket.
    public var description: String {
        guard let port else { return host }
        return host.utf8.contains(0x3A) ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}
