/// A server as a client's configuration names it: what is asked of the offline evaluation.
package struct DialectServer: Hashable, Sendable {
    /// A name or an address, exactly as configured.
    package var host: String
    /// 11211 where there is none; a Unix socket has none.
    package var port: UInt16?
    /// Some dialects accept decimal weights, or 0; the dialect's own default where there is none.
    package var weight: Double?
    /// The alias, tag or node name that some clients hash in place of the address.
    package var name: String?
    /// The address to which the host resolved, which some clients hash too.
    package var ip: String?
    /// What is hashed, whatever the other members say.
    package var label: String?

    package init(
        host: String,
        port: UInt16? = nil,
        weight: Double? = nil,
        name: String? = nil,
        ip: String? = nil,
        label: String? = nil
    ) {
        self.host = host
        self.port = port ?? (host.utf8.first == 0x2f ? nil : NodeAddress.defaultPort)
        self.weight = weight
        self.name = name
        self.ip = ip
        self.label = label
    }
}
