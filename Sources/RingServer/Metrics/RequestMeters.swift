import Hummingbird
import Metrics
import Synchronization

/// Counts answers by route and status.
///
/// The route is its pattern and never the path, so that nobody can make series by asking for strange paths.
struct RequestMeters: RouterMiddleware {
    private let registry: MetricRegistry
    private let counters = Counters()

    private final class Counters: Sendable {
        let byAnswer = Mutex<[String: Counter]>([:])
    }

    init(registry: MetricRegistry) { self.registry = registry }

    func handle(
        _ request: Request,
        context: ControlContext,
        next: @concurrent (Request, ControlContext) async throws -> Response
    ) async throws -> Response {
        let response = try await next(request, context)
        // Where no route was found there is a word in its place, without a slash.
        let route = context.endpointPath.flatMap { $0.hasPrefix("/") ? $0 : nil } ?? "none"
        count(route: route, code: response.status.code)
        return response
    }

    private func count(route: String, code: Int) {
        let counter = counters.byAnswer.withLock { counters in
            let key = "\(code) \(route)"
            if let counter = counters[key] { return counter }
            let counter = Counter(
                label: MetricFamily.requests.name,
                dimensions: [("route", route), ("code", "\(code)")],
                factory: registry
            )
            counters[key] = counter
            return counter
        }
        counter.increment()
    }
}
