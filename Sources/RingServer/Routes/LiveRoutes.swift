import Hummingbird
import RingAPI
import RingCore
import RingPlanner

/// The routes that answer from the present beyond what ``ReadRoutes`` do: metrics, streams, versions, and what if.
struct LiveRoutes {
    let plane: any ControlPlane
    let open: OpenRequests

    func add(to router: Router<ControlContext>) {
        router.get("/metrics") { request, _ in
            _ = try QueryReader(request, names: [])
            return await metrics()
        }
        router.get("/openapi.json") { request, _ in
            _ = try QueryReader(request, names: [])
            return Response(
                status: .ok,
                headers: [.contentType: "application/json; charset=utf-8", .cacheControl: "no-cache"],
                body: ResponseBody(byteBuffer: ByteBuffer(bytes: PackageResources.openapi_json))
            )
        }
        router.get("/v1/events/stream") { request, context in
            try stream(request, context).response(to: request)
        }
        router.get("/v1/pools/:pool/versions/:version") { request, context in
            _ = try QueryReader(request, names: [])
            return Response(json: try await plane.ring(of: context.pool(), .version(context.version())))
        }
        router.get("/v1/pools/:pool/what-if") { request, context in
            let query = try QueryReader(request, names: [], lists: ["remove"])
            return Response(json: try await plane.removal(of: query.nodes("remove"), from: context.pool()))
        }
    }

    private func metrics() async -> Response {
        let measurements =
            await plane.measurements() + plane.metrics.measurements() + [
                Measurement(.openRequests, ["streams"], .whole(Int64(open.streams.taken))),
                Measurement(.openRequests, ["waiters"], .whole(Int64(open.waiters.taken))),
            ]
        return Response(
            status: .ok,
            headers: [.contentType: Exposition.contentType],
            body: ResponseBody(byteBuffer: ByteBuffer(string: Exposition(of: measurements).text))
        )
    }

    private func stream(_ request: Request, _ context: ControlContext) throws -> EventStream {
        let query = try QueryReader(request, names: ["pool", "node", "after"])
        var after = try query.number("after", in: 0...RingVersion.limit)
        // What a browser sends after a break knows better than the address it began with.
        if let text = request.headers[.lastEventID], let last = Int64(text), (0...RingVersion.limit).contains(last) {
            after = last
        }
        return EventStream(
            plane: plane,
            query: EventQuery(
                pool: try query.text("pool").map { try PoolName($0) },
                node: try query.text("node").map { try NodeName($0) },
                after: after.map { EventID($0) }
            ),
            channel: context.channel,
            seat: try open.streams.take()
        )
    }
}

extension QueryReader {
    /// The nodes that a list names; each once, in the order given.
    func nodes(_ name: String) throws(Refusal) -> [NodeName] {
        var nodes: [NodeName] = []
        for text in texts(name) {
            let node = try refusing { () throws(ValidationError) in try NodeName(text) }
            if !nodes.contains(node) { nodes.append(node) }
        }
        guard !nodes.isEmpty else {
            throw Refusal(.invalid, field: name, problem: "names no node", hint: "give one node or several")
        }
        return nodes
    }
}

extension ControlContext {
    /// The version that the path names.
    func version() throws(Refusal) -> RingVersion {
        let text = parameters.get("version") ?? ""
        guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int64(text),
            (1...RingVersion.limit).contains(number)
        else {
            throw Refusal(
                .invalid,
                field: "version",
                problem: "'\(printable(text))' is not a version",
                hint: "use 1 to \(RingVersion.limit)"
            )
        }
        return RingVersion(number)
    }
}
