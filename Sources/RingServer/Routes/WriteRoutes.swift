import Hummingbird
import RingAPI
import RingCore
import RingPlanner

/// The routes with a body: on the control socket alone, where the peer is known.
struct WriteRoutes {
    let plane: any ControlPlane
    let limits: Limits

    func add(to router: Router<ControlContext>) {
        router.post("/v1/changes") { request, context in
            guard let actor = context.actor else {
                throw Refusal(.notAllowed, problem: "the caller is not known", hint: "use the control socket")
            }
            _ = try QueryReader(request, names: [])
            let command = try Command(from: try await body(of: request, upTo: limits.changes))
            return answer(await plane.submit(command, request: context.request, actor: actor), context.request)
        }
        router.post("/v1/sql") { request, _ in
            _ = try QueryReader(request, names: [])
            let message: QueryRequest = try decoding(try await body(of: request))
            return Response(json: try await plane.query(message.sql))
        }
        router.post("/v1/pools/:pool/replay") { request, context in
            _ = try QueryReader(request, names: [])
            let message: ReplayRequest = try decoding(try await body(of: request))
            return Response(
                json: try await plane.replay(
                    try message.wholePolicy,
                    of: context.pool(),
                    since: try message.beginning,
                    until: message.until
                )
            )
        }
        router.post("/v1/db/check") { request, _ in
            _ = try QueryReader(request, names: [])
            return Response(json: try await plane.checkDatabase())
        }
        router.post("/v1/db/backup") { request, context in
            _ = try QueryReader(request, names: [])
            let message: BackupRequest = try decoding(try await body(of: request))
            return Response(json: try await plane.backUpDatabase(to: message.file, request: context.request))
        }
        router.post("/v1/db/compact") { request, context in
            _ = try QueryReader(request, names: [])
            return Response(json: try await plane.compactDatabase(request: context.request))
        }
        router.post("/v1/pools/:pool/locate") { request, context in
            _ = try QueryReader(request, names: [])
            let message: LocateRequest = try decoding(try await body(of: request))
            guard message.keys.count <= LocateRequest.keyLimit else {
                throw Refusal(
                    .limit,
                    field: "keys",
                    problem: "\(message.keys.count) keys are too many",
                    hint: "ask for at most \(LocateRequest.keyLimit) at once"
                )
            }
            return Response(json: try await plane.locate(message.keys, in: context.pool()))
        }
    }

    private func body(of request: Request, upTo limit: Int? = nil) async throws -> JSONDocument {
        let buffer = try await request.body.collect(upTo: limit ?? limits.body)
        do {
            return try JSONDocument(parsing: buffer.readableBytesView)
        } catch {
            throw Refusal(
                .invalid,
                field: "body",
                problem: "\(error)",
                hint: "send one JSON object in UTF-8"
            )
        }
    }

    private func answer(_ reply: Reply, _ request: RingPlanner.RequestID) -> Response {
        switch reply {
        case .done(let report): return Response(json: ChangeResult(report, done: true, request: request))
        case .preview(let report): return Response(json: ChangeResult(report, done: false, request: request))
        case .refused(let refusal): return Response(refusal.code.status, json: Failure(refusal))
        case .unknown(let reason):
            let failure = Failure(
                .unknownOutcome,
                problem: "whether the change was made is not known: \(printable(reason))",
                hint: "ask again with the same request id when ringd runs again"
            )
            return Response(.serviceUnavailable, json: failure)
        }
    }
}
