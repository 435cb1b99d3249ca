import Hummingbird
import RingAPI
import RingCore
import RingPlanner

/// The routes that answer from the past of a pool.
struct RecordRoutes {
    let plane: any RecordPlane

    func add(to router: Router<ControlContext>) {
        router.get("/v1/pools/:pool/diff") { request, context in
            let query = try QueryReader(request, names: ["from", "to"])
            let from = try query.required("from", query.selection("from"))
            let to = try query.required("to", query.selection("to"))
            return Response(json: try await plane.difference(of: context.pool(), from, to))
        }
        router.get("/v1/pools/:pool/changes") { request, context in
            Response(json: try await plane.changes(of: context.pool(), window(of: request)))
        }
        router.get("/v1/pools/:pool/availability") { request, context in
            let query = try QueryReader(request, names: ["since"])
            let since = try query.required("since", query.selection("since"))
            return Response(json: try await plane.availability(of: context.pool(), since: since))
        }
        router.get("/v1/pools/:pool/moves") { request, context in
            Response(json: try await plane.largestMoves(of: context.pool(), window(of: request)))
        }
        router.get("/v1/pools/:pool/why") { request, context in
            let query = try QueryReader(request, names: ["name"])
            let name = try query.required("name", query.text("name"))
            guard (1...labelByteLimit).contains(name.utf8.count) else {
                throw Refusal(
                    .invalid,
                    field: "name",
                    problem: "is neither a node's name nor a slot's label",
                    hint: "give 1 to \(labelByteLimit) bytes"
                )
            }
            return Response(json: try await plane.story(of: name, in: context.pool()))
        }
    }

    private func window(of request: Request) throws(Refusal) -> RecordWindow {
        let query = try QueryReader(request, names: ["since", "limit"])
        let limit = HistoryPage.limitRange
        return RecordWindow(
            since: try query.selection("since"),
            limit: try query.number("limit", in: Int64(limit.lowerBound)...Int64(limit.upperBound))
                .map { Int($0) } ?? HistoryPage.standardLimit
        )
    }
}
