import Foundation
import RingAPI
import RingCore
import RingServer
import RingServerTesting
import Testing

/// The pages as text; how they look and behave is tested in a browser.
@Suite struct DashboardTests {
    private func page(_ path: String, _ plane: FakeControlPlane = FakeControlPlane()) async throws -> RawClient.Answer {
        try await withReadServer(plane) { port in
            try #require(try await RawClient(port: port).exchange("GET", path, host: "localhost:\(port)"))
        }
    }

    @Test(arguments: [
        "/", "/pools/sessions", "/pools/sessions/nodes/cache-4", "/pools/sessions/versions",
        "/pools/sessions/versions/41", "/pools/sessions/what-if?remove=cache-1", "/pools/-",
    ])
    func everyPageForbidsForeignCode(path: String) async throws {
        let answer = try await page(path)
        #expect(answer.status == 200)
        #expect(answer.field("content-type") == "text/html; charset=utf-8")
        let policy = try #require(answer.field("content-security-policy"))
        #expect(policy.hasPrefix("default-src 'none'; style-src 'nonce-"))
        #expect(!policy.contains("unsafe"))
        let nonce = try #require(policy.split(separator: "nonce-").dropFirst().first?.prefix { $0 != "'" })
        #expect(answer.body.contains("<script nonce=\"\(nonce)\">"))
        #expect(!answer.body.contains(" style=\""), "the policy would not let it work")
        #expect(!answer.body.contains("{{"), "a field was left unfilled")
    }

    @Test func eachAnswerHasANonceOfItsOwn() async throws {
        let plane = FakeControlPlane()
        let first = try await page("/", plane).field("content-security-policy")
        #expect(try await page("/", plane).field("content-security-policy") != first)
    }

    @Test func theFailingNodeIsFirst() async throws {
        let body = try await page("/pools/sessions").body
        let down = try #require(body.range(of: "id=\"node-cache-4\""))
        let up = try #require(body.range(of: "id=\"node-cache-1\""))
        #expect(down.lowerBound < up.lowerBound)
        #expect(body.contains("connect timed out, 724 in a row"))
    }

    @Test func aStateIsToldByLetterShapeAndWord() async throws {
        let body = try await page("/pools/sessions").body
        #expect(body.contains("class=\"mark bad\""))
        #expect(body.contains(">E</text></svg>"))
        #expect(body.contains("</svg> ejected"))
    }

    @Test(arguments: [
        ("/pools/nowhere", 404, "there is no pool"), ("/pools/sessions/nodes/cache-9", 404, "there is no node"),
        ("/pools/sessions/versions/99", 404, "there is no version"),
        ("/pools/sessions/versions/x", 400, "is not a version"),
        ("/pools/sessions/what-if", 400, "names no node"), ("/pools/sessions?page=0", 400, "is not a number in range"),
        ("/pools/sessions?p=1", 400, "is not a known parameter"),
        ("/pools/sessions/what-if?remove=%3Cb%3E", 400, "&lt;b&gt;"),
    ])
    func badInputIsToldOnAPage(path: String, status: Int, text: String) async throws {
        let answer = try await page(path)
        #expect(answer.status == status)
        #expect(answer.field("content-type") == "text/html; charset=utf-8")
        #expect(answer.body.contains(text))
    }

    @Test func whatIfNamesTheServerThatHasToBearTheMostMore() async throws {
        let answer = try await page("/pools/sessions/what-if?remove=cache-1")
        #expect(answer.body.contains("cache-2 has to bear the most more: 50.0% → 100.0% of the keys, 2.00 times."))
    }

    @Test func markupIsShownAndNeverWritten() async throws {
        let plane = FakeControlPlane()
        plane.tell(reason: "<script>alert('x')</script> & \"more\"")
        for path in ["/pools/sessions", "/pools/sessions/nodes/cache-4"] {
            let body = try await page(path, plane).body
            #expect(!body.contains("<script>alert"))
            #expect(body.contains("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; &quot;more&quot;"))
        }
    }

    @Test func theDocumentOfTheAPIIsServed() async throws {
        let answer = try await page("/openapi.json")
        #expect(answer.status == 200)
        let document = try JSONValue(parsing: answer.body.utf8)
        #expect("\(document)".contains("3.1.0"))
    }
}
