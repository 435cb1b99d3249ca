import Hummingbird
import RingAPI
import RingCore
import RingPlanner

/// The routes that change nothing: the same on the control socket and over TCP.
struct ReadRoutes {
    let plane: any ControlPlane
    let open: OpenRequests

    func add(to router: Router<ControlContext>) {
        addDaemonRoutes(to: router)
        addPoolRoutes(to: router)
        addRingRoutes(to: router)
        addSnapshotRoutes(to: router)
        RecordRoutes(plane: plane).add(to: router)
        LiveRoutes(plane: plane, open: open).add(to: router)
    }

    private func addDaemonRoutes(to router: Router<ControlContext>) {
        router.get("/healthz") { request, _ in
            _ = try QueryReader(request, names: [])
            return Response(json: Liveness())
        }
        router.get("/readyz") { request, _ in
            _ = try QueryReader(request, names: [])
            let readiness = await plane.readiness()
            return Response(readiness.ready ? .ok : .serviceUnavailable, json: readiness)
        }
        router.get("/v1/version") { request, _ in
            _ = try QueryReader(request, names: [])
            return Response(json: await plane.version())
        }
        router.get("/v1/events") { request, _ in
            let query = try QueryReader(request, names: ["pool", "node", "since", "until", "after", "limit"])
            let limit = EventQuery.limitRange
            return Response(
                json: try await plane.events(
                    EventQuery(
                        pool: try query.text("pool").map { try PoolName($0) },
                        node: try query.text("node").map { try NodeName($0) },
                        since: try query.time("since"),
                        until: try query.time("until"),
                        after: try query.number("after", in: 0...RingVersion.limit).map { EventID($0) },
                        limit: try query.number("limit", in: Int64(limit.lowerBound)...Int64(limit.upperBound))
                            .map { Int($0) } ?? EventQuery.standardLimit
                    )
                )
            )
        }
        router.get("/v1/audit/verify") { request, _ in
            _ = try QueryReader(request, names: [])
            return Response(json: try await plane.verifyAudit())
        }
        router.get("/v1/db/work") { request, _ in
            _ = try QueryReader(request, names: [])
            return Response(json: await plane.databaseWork())
        }
    }

    private func addPoolRoutes(to router: Router<ControlContext>) {
        router.get("/v1/pools") { request, _ in
            _ = try QueryReader(request, names: [])
            return Response(json: try await plane.pools())
        }
        router.get("/v1/pools/:pool") { request, context in
            _ = try QueryReader(request, names: [])
            return Response(json: try await plane.pool(context.pool()))
        }
        router.get("/v1/pools/:pool/nodes") { request, context in
            _ = try QueryReader(request, names: [])
            return Response(json: try await plane.nodes(of: context.pool()))
        }
        router.get("/v1/pools/:pool/nodes/:node") { request, context in
            _ = try QueryReader(request, names: [])
            return Response(json: try await plane.node(context.node(), of: context.pool()))
        }
    }

    private func addRingRoutes(to router: Router<ControlContext>) {
        router.get("/v1/pools/:pool/ring") { request, context in
            let query = try QueryReader(request, names: ["version", "at"])
            let selection: RingSelection
            switch (try query.version("version"), try query.time("at")) {
            case (nil, nil): selection = .current
            case (let version?, nil): selection = .version(version)
            case (nil, let time?): selection = .at(time)
            case (.some, .some):
                throw Refusal(.invalid, field: "at", problem: "stands beside 'version'", hint: "give one of them")
            }
            return Response(json: try await plane.ring(of: context.pool(), selection))
        }
        router.get("/v1/pools/:pool/locate") { request, context in
            let query = try QueryReader(request, names: [], lists: ["key"])
            return Response(json: try await plane.locate(query.texts("key"), in: context.pool()))
        }
        router.get("/v1/pools/:pool/history") { request, context in
            let query = try QueryReader(request, names: ["before", "limit"])
            let limit = HistoryPage.limitRange
            let page = HistoryPage(
                before: try query.version("before"),
                limit: try query.number("limit", in: Int64(limit.lowerBound)...Int64(limit.upperBound))
                    .map { Int($0) } ?? HistoryPage.standardLimit
            )
            return Response(json: try await plane.history(of: context.pool(), page))
        }
    }

    private func addSnapshotRoutes(to router: Router<ControlContext>) {
        router.get("/v1/pools/:pool/snapshot/location") { request, context in
            _ = try QueryReader(request, names: [])
            return Response(json: try await plane.snapshotLocation(of: context.pool()))
        }
        router.get("/v1/pools/:pool/snapshot") { request, context in
            let query = try QueryReader(request, names: ["version", "after", "wait"])
            let version = try query.version("version")
            var isAnother = true
            if let wait = try SnapshotWait(query, plane: plane, pool: context.pool()) {
                let seat = try open.waiters.take()
                isAnother = try await wait.isAnother(for: request, on: context.channel.eventLoop)
                withExtendedLifetime(seat) {}
            }
            let file = try await plane.snapshot(of: context.pool(), version: version)
            // A strong entity tag, and a client must ask each time: the ring may change at any moment.
            let tag = "\"\(file.digest)\""
            let headers: HTTPFields = [.eTag: tag, .cacheControl: "no-cache"]
            if !isAnother || request.headers[.ifNoneMatch] == tag {
                return Response(status: .notModified, headers: headers)
            }
            return Response(
                status: .ok,
                headers: headers.merging([.contentType: "application/json; charset=utf-8"]),
                body: ResponseBody(byteBuffer: ByteBuffer(bytes: file.bytes))
            )
        }
    }
}

extension HTTPFields {
    fileprivate func merging(_ others: HTTPFields) -> HTTPFields {
        var fields = self
        for field in others { fields[field.name] = field.value }
        return fields
    }
}
