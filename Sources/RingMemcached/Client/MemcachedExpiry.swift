#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// When an item goes by itself.
public struct MemcachedExpiry: Hashable, Sendable {
    private let kind: Kind

    private enum Kind: Hashable, Sendable {
        case never
        case after(seconds: Int64)
        case at(unixSeconds: Int64)
    }

    /// It stays until memory runs short.
    public static let never = MemcachedExpiry(kind: .never)

    /// It goes after this long, rounded up to whole seconds; at once when that is not positive.
    public static func after(_ duration: Duration) -> MemcachedExpiry {
        let (seconds, attoseconds) = duration.components
        return MemcachedExpiry(kind: .after(seconds: attoseconds > 0 ? seconds + 1 : seconds))
    }

    /// It goes at this second of Unix time; at once when that has passed.
    public static func at(unixSeconds: Int64) -> MemcachedExpiry {
        MemcachedExpiry(kind: .at(unixSeconds: unixSeconds))
    }

    /// The number on the wire.
    ///
    /// The protocol takes more than 30 days for a moment of 1970, so a longer time is turned into the moment at which it
    /// ends. 0 would mean for ever: what has ended is sent as -1.
    var wireValue: Int64 {
        switch kind {
        case .never: 0
        case .after(let seconds) where seconds <= 0: -1
        case .after(let seconds) where seconds <= 30 * 86_400: seconds
        case .after(let seconds): Int64(time(nil)) + min(seconds, 100 * 366 * 86_400)
        case .at(let moment) where moment <= 30 * 86_400: -1
        case .at(let moment): moment
        }
    }
}
