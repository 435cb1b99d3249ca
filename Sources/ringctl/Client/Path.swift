import RingCore

/// The path of a route, every part and value encoded.
struct Path {
    private(set) var text: String

    init(_ parts: String...) { text = parts.map { "/" + Self.encoded($0) }.joined() }

    /// A route below a pool; `nil` stands for the only one.
    init(pool: PoolName?, _ parts: String...) {
        // No pool can have the name '-', so it stands for the only one there is.
        text = "/v1/pools/" + (pool?.text ?? "-") + parts.map { "/" + Self.encoded($0) }.joined()
    }

    /// The path with a query: what is `nil` is left out.
    func query(_ values: KeyValuePairs<String, String?>) -> Path { query(values.map { ($0.key, $0.value) }) }

    /// The path with a query: what is `nil` is left out.
    func query(_ values: [(String, String?)]) -> Path {
        var path = self
        var separator = "?"
        for (name, value) in values {
            guard let value else { continue }
            path.text += separator + name + "=" + Self.encoded(value)
            separator = "&"
        }
        return path
    }

    private static func encoded(_ text: String) -> String {
        var result = ""
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F:
                result.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                result += (byte < 0x10 ? "%0" : "%") + String(byte, radix: 16, uppercase: true)
            }
        }
        return result
    }
}
