/// What a dialect sorts slots by.
struct SortKey: Comparable {
    private let label: String
    private let order: DialectRule.SlotOrder
    /// A number that decides most comparisons: of two different ones, the smaller belongs to the smaller key.
    let beginning: UInt128

    init(label: String, order: DialectRule.SlotOrder) {
        self.label = label
        self.order = order
        // The length where it counts, then the first bytes; a shorter text is filled up with zeros.
        let length = order == .labelLength ? label.utf8.count : 0
        var room = length > 0 ? 14 : 16
        var beginning = UInt128(length)
        func take(_ bytes: some Sequence<UInt8>) {
            for byte in bytes {
                guard room > 0 else { break }
                beginning = beginning << 8 | UInt128(byte)
                room -= 1
            }
        }
        if order == .hostThenPort { take(Self.host(of: label).host) } else { take(label.utf8) }
        self.beginning = beginning << UInt128(8 * room)
    }

    /// The whole comparison, for the few keys that begin alike.
    static func < (a: SortKey, b: SortKey) -> Bool {
        let (first, second) = (a.parts, b.parts)
        if first.length != second.length { return first.length < second.length }
        if first.text != second.text { return first.text.lexicographicallyPrecedes(second.text) }
        return first.port < second.port
    }

    private var parts: (length: Int, text: ArraySlice<UInt8>, port: Int) {
        guard order == .hostThenPort else {
            let text = Array(label.utf8)
            return (order == .labelLength ? text.count : 0, text[...], 0)
        }
        let (host, port) = Self.host(of: label)
        return (0, host, port)
    }

    private static func host(of label: String) -> (host: ArraySlice<UInt8>, port: Int) {
        let bytes = Array(label.utf8)
        // An IPv6 address without brackets is a host as a whole where it reads as one: its end may look like a port.
        if let colon = bytes.lastIndex(of: 0x3a), IPAddress(parsing: label) == nil,
            let number = UInt16(String(decoding: bytes[(colon + 1)...], as: UTF8.self))
        {
            return (bytes[..<colon], Int(number))
        }
        return (bytes[...], Int(NodeAddress.defaultPort))
    }
}
