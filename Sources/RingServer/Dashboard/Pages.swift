import Hummingbird
import Mustache
import RingCore

/// Fills the templates and wraps them into answers.
///
/// Every value is escaped; what is not comes from the program itself: the style, the script, and paths made of numbers.
struct Pages: Sendable {
    /// What templates there are.
    enum Template: String, CaseIterable {
        case layout
        case pools
        case pool
        case node
        case version
        case versions
        case whatIf = "what-if"
        case error
        case notices
        case mark
        case events
        case shares
        case versionsTable = "versions-table"

        fileprivate var bytes: [UInt8] {
            switch self {
            case .layout: PackageResources.layout_mustache
            case .pools: PackageResources.pools_mustache
            case .pool: PackageResources.pool_mustache
            case .node: PackageResources.node_mustache
            case .version: PackageResources.version_mustache
            case .versions: PackageResources.versions_mustache
            case .whatIf: PackageResources.what_if_mustache
            case .error: PackageResources.error_mustache
            case .notices: PackageResources.notices_mustache
            case .mark: PackageResources.mark_mustache
            case .events: PackageResources.events_mustache
            case .shares: PackageResources.shares_mustache
            case .versionsTable: PackageResources.versions_table_mustache
            }
        }
    }

    /// A page before it is written.
    struct Page {
        var template: Template
        var title: String
        var status = HTTPResponse.Status.ok
        /// Links from the top down to this page.
        var crumbs: [(text: String, href: String)] = []
        /// Where the same is to be had as JSON.
        var json: String?
        var now: WallTime
        var fields: Fields
    }

    private let library: MustacheLibrary
    private let style = String(decoding: PackageResources.style_css, as: UTF8.self)
    private let script = String(decoding: PackageResources.live_js, as: UTF8.self)

    init() {
        var templates: [String: MustacheTemplate] = [:]
        for template in Template.allCases {
            do {
                templates[template.rawValue] = try MustacheTemplate(
                    string: String(decoding: template.bytes, as: UTF8.self)
                )
            } catch {
                preconditionFailure("the template \(template.rawValue) is broken: \(error)")
            }
        }
        library = MustacheLibrary(templates: templates)
    }

    /// Writes a page: only its own style and script may run, and nothing may be loaded but from this server.
    func response(to page: Page) -> Response {
        let nonce = Self.nonce()
        var fields = page.fields
        fields["title"] = page.title
        fields["nonce"] = nonce
        fields["style"] = style
        fields["script"] = script
        fields["crumbs"] = page.crumbs.enumerated().map { index, crumb in
            ["text": crumb.text, "href": crumb.href, "current": index == page.crumbs.count - 1] as Fields
        }
        fields["json"] = page.json
        fields["now"] = page.now.description
        fields["clock"] = page.now.clockText
        let text = library.render(fields, withTemplate: page.template.rawValue) ?? ""
        let policy =
            "default-src 'none'; style-src 'nonce-\(nonce)'; script-src 'nonce-\(nonce)'; connect-src 'self'; "
            + "img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        return Response(
            status: page.status,
            headers: [
                .contentType: "text/html; charset=utf-8", .contentSecurityPolicy: policy,
                .referrerPolicy: "no-referrer", .cacheControl: "no-store",
            ],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text))
        )
    }

    /// 128 random bits that a page's own style and script are known by.
    private static func nonce() -> String {
        var generator = SystemRandomNumberGenerator()
        return (0..<2).map { _ in String(generator.next() as UInt64, radix: 36) }.joined()
    }
}
