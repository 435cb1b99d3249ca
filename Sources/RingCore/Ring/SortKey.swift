/// What a dialect sorts slots by.
struct SortKey: Comparable {
    private let length: Int
    private let text: [UInt8]
    private let port: Int
    /// A number that decides most comparisons: of two different ones, the smaller belongs to the smaller key.
    let beginning: UInt128

    init(label: String, order: DialectRule.SlotOrder) {
        let bytes = Array(label.utf8)
        var host = bytes[...]
        var port = 0
        // An IPv6 address without brackets is a host as a whole where it reads as one: its end may look like a port.
        if order == .hostThenPort {
            port = Int(NodeAddress.defaultPort)
            if let colon = bytes.lastIndex(of: 0x3a), IPAddress(parsing: label) == nil,
                let number = UInt16(String(decoding: bytes[(colon + 1)...], as: UTF8.self))
            {
                host = bytes[..<colon]
                port = Int(number)
            }
        }
        length = order == .labelLength ? bytes.count : 0
        text = Array(host)
        self.port = port
        // The length where it counts, then the first bytes; a shorter text is filled up with zeros.
        let bytesOfText = length > 0 ? 14 : 16
        var beginning = UInt128(length)
        for index in 0..<bytesOfText {
            beginning = beginning << 8 | (index < host.count ? UInt128(host[host.startIndex + index]) : 0)
        }
        self.beginning = beginning
    }

    static func < (a: SortKey, b: SortKey) -> Bool {
        if a.length != b.length { return a.length < b.length }
        if a.text != b.text { return a.text.lexicographicallyPrecedes(b.text) }
        return a.port < b.port
    }
}
