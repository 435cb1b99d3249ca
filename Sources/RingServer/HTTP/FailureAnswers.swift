import Hummingbird
import Logging
import RingAPI
import RingCore
import RingPlanner

extension Failure {
    /// A refusal on the wire: the same code as a stable string.
    init(_ refusal: Refusal) {
        self.init(
            Code(rawValue: refusal.code.rawValue),
            field: refusal.field,
            problem: refusal.problem,
            hint: refusal.hint
        )
    }
}

extension Refusal.Code {
    /// The status for programs that look no further.
    var status: HTTPResponse.Status {
        switch self {
        case .invalid: .badRequest
        case .notFound: .notFound
        case .duplicate, .versionConflict: .conflict
        case .emptyRing, .notAllowed, .unsupported, .limit: .unprocessableContent
        case .busy, .storage: .serviceUnavailable
        }
    }
}

/// Turns whatever a route throws into a ``Failure`` with its status, and names the request in each answer.
struct FailureAnswers: RouterMiddleware {
    func handle(
        _ request: Request,
        context: ControlContext,
        next: @concurrent (Request, ControlContext) async throws -> Response
    ) async throws -> Response {
        var response: Response
        var context = context
        do {
            if let text = request.headers[.requestID] { context.request = try RingPlanner.RequestID(text) }
            response = try await next(request, context)
        } catch {
            response = answer(to: error, logger: context.logger)
        }
        response.headers[.requestID] = context.request.text
        response.headers[.cacheControl] = response.headers[.cacheControl] ?? "no-store"
        response.headers[.xContentTypeOptions] = "nosniff"
        return response
    }

    private func answer(to error: any Error, logger: Logger) -> Response {
        switch error {
        case let refusal as Refusal:
            return Response(refusal.code.status, json: Failure(refusal))
        case let error as ValidationError:
            return Response(.badRequest, json: Failure(Refusal(error)))
        case let answer as Answer:
            return Response(answer.status, json: answer.failure)
        case let error as any HTTPResponseError where error.status == .notFound:
            let failure = Failure(
                .notFound,
                problem: "there is no such route",
                hint: "see GET /v1/version for the daemon"
            )
            return Response(.notFound, json: failure)
        case let error as any HTTPResponseError where error.status == .contentTooLarge:
            let failure = Failure(.tooLarge, problem: "the body is too long", hint: "split the request")
            return Response(.contentTooLarge, json: failure)
        default:
            logger.error("A request failed.", metadata: ["error": "\(error)"])
            let failure = Failure(.internalError, problem: "ringd failed to answer", hint: "see its log")
            return Response(.internalServerError, json: failure)
        }
    }

    /// A failure that the server itself found, with its status.
    struct Answer: Error {
        let status: HTTPResponse.Status
        let failure: Failure

        init(
            _ status: HTTPResponse.Status,
            _ code: Failure.Code,
            field: String? = nil,
            _ problem: String,
            _ hint: String
        ) {
            self.status = status
            failure = Failure(code, field: field, problem: problem, hint: hint)
        }
    }
}

extension Response {
    /// An answer as JSON on one line.
    init(_ status: HTTPResponse.Status = .ok, json value: some Encodable) {
        var text: [UInt8]
        do {
            text = try JSONBytes.encoding(value)
            text.append(UInt8(ascii: "\n"))
        } catch {
            preconditionFailure("an answer that cannot be encoded: \(error)")
        }
        self.init(
            status: status,
            headers: [.contentType: "application/json; charset=utf-8"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: text))
        )
    }
}
