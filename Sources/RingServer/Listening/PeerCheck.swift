import Glibc
import Hummingbird
import Logging
import RingAPI
import RingPlanner

/// Lets only those in who may use the control socket, and says who they are.
struct PeerCheck: RouterMiddleware {
    let group: UInt32?
    let logger: Logger

    func handle(
        _ request: Request,
        context: ControlContext,
        next: @concurrent (Request, ControlContext) async throws -> Response
    ) async throws -> Response {
        let peer = try await Peer(of: context.channel)
        let isMember = group.map { peer.isMember(of: $0) } ?? false
        guard peer.uid == 0 || peer.uid == geteuid() || isMember else {
            logger.notice("Refused a caller.", metadata: ["uid": "\(peer.uid)", "pid": "\(peer.pid)"])
            let hint = "ask for membership in the group of the socket, or use the read-only HTTP address"
            throw FailureAnswers.Answer(.forbidden, .forbidden, "\(peer.actor.user) may not use this socket", hint)
        }
        var context = context
        context.actor = peer.actor
        return try await next(request, context)
    }
}
