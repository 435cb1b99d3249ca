import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import RingPlanner

/// What belongs to one request on its way through the routes.
struct ControlContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// The connection that it came on.
    let channel: any Channel
    /// Who asks; `nil` where the caller is not known, over TCP.
    var actor: Actor?
    /// The caller's identifier, or one made for it; spelled out because Hummingbird has a type of this name as well.
    var request: RingPlanner.RequestID

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        channel = source.channel
        request = .random()
    }
}

extension RingPlanner.RequestID {
    /// An identifier that nobody else has: 128 random bits.
    static func random() -> RingPlanner.RequestID {
        var generator = SystemRandomNumberGenerator()
        let digits = (0..<2).map { _ in
            let text = String(generator.next() as UInt64, radix: 16)
            return String(repeating: "0", count: 16 - text.utf8.count) + text
        }
        do {
            return try RingPlanner.RequestID(digits.joined())
        } catch {
            preconditionFailure("32 hexadecimal digits are no request id: \(error)")
        }
    }
}
