import HTTPTypes
import Hummingbird
import RingAPI
import RingCore
import RingPlanner

/// The pages: the same facts as the API, for people.
///
/// They read only, need no script, and get live with it.
struct DashboardRoutes {
    /// What a timeline shows, in milliseconds.
    static let day: Int64 = 86_400_000
    /// Versions on one page.
    static let versions = 50
    /// Versions and events at the foot of a pool's page.
    static let newest = 10

    let plane: any ControlPlane
    let now: @Sendable () -> WallTime
    private let pages = Pages()

    init(plane: any ControlPlane, now: @escaping @Sendable () -> WallTime = { wallClock() }) {
        self.plane = plane
        self.now = now
    }

    func add(to router: Router<ControlContext>) {
        router.get("/") { request, _ in await answer { try await poolsPage(request) } }
        router.get("/pools") { request, _ in await answer { try await poolsPage(request) } }
        router.get("/pools/:pool") { request, context in
            await answer { try await poolPage(request, context.pool()) }
        }
        router.get("/pools/:pool/nodes/:node") { request, context in
            await answer { try await nodePage(request, context.pool(), context.node()) }
        }
        router.get("/pools/:pool/versions") { request, context in
            await answer { try await versionsPage(request, context.pool()) }
        }
        router.get("/pools/:pool/versions/:version") { request, context in
            await answer { try await versionPage(request, context.pool(), context.version()) }
        }
        router.get("/pools/:pool/what-if") { request, context in
            await answer { try await whatIfPage(request, context.pool()) }
        }
    }

    /// The page, or one that says why there is none.
    private func answer(_ make: () async throws -> Pages.Page) async -> Response {
        do {
            return pages.response(to: try await make())
        } catch let refusal as Refusal {
            return pages.response(
                to: Pages.Page(
                    template: .error,
                    title: refusal.code == .notFound ? "Not found" : "That does not work",
                    status: refusal.code.status,
                    crumbs: [("Pools", "/")],
                    now: now(),
                    fields: [
                        "problem": [refusal.field, refusal.problem].compactMap(\.self).joined(separator: ": "),
                        "hint": refusal.hint,
                    ]
                )
            )
        } catch {
            return pages.response(
                to: Pages.Page(
                    template: .error,
                    title: "ringd failed to answer",
                    status: .internalServerError,
                    crumbs: [("Pools", "/")],
                    now: now(),
                    fields: ["problem": "That is a defect of ringd.", "hint": "Its log says more."]
                )
            )
        }
    }

    private func poolsPage(_ request: Request) async throws -> Pages.Page {
        _ = try QueryReader(request, names: [])
        let list = try await plane.pools()
        let now = now()
        return Pages.Page(
            template: .pools,
            title: "Pools",
            crumbs: [("Pools", "/")],
            json: "/v1/pools",
            now: now,
            fields: [
                "pools": list.pools.map(PoolCard.init).failingFirst.map { $0.fields(at: now) },
                "notices": Notices.of(await plane.readiness().reasons),
            ]
        )
    }

    private func poolPage(_ request: Request, _ name: PoolName?) async throws -> Pages.Page {
        let query = try QueryReader(request, names: ["page"])
        let number = try query.number("page", in: 1...10_000).map { Int($0) } ?? 1
        let board = try await plane.board(of: name)
        let start = WallTime(milliseconds: board.at.milliseconds - Self.day)
        let pool = board.detail.pool
        return Pages.Page(
            template: .pool,
            title: pool,
            crumbs: [("Pools", "/"), (pool, "/pools/\(pool)")],
            json: "/v1/pools/\(pool)/nodes",
            now: board.at,
            fields: PoolPage(
                board: board,
                spans: try await plane.healthSpans(of: name, since: start),
                history: try await plane.history(of: name, HistoryPage(limit: Self.newest)).changes,
                events: try await plane.events(EventQuery(pool: try PoolName(pool), limit: Self.newest)).events,
                hesitations: await plane.readiness().reasons,
                number: number
            ).fields
        )
    }

    private func nodePage(_ request: Request, _ pool: PoolName?, _ node: NodeName) async throws -> Pages.Page {
        _ = try QueryReader(request, names: [])
        let now = now()
        let start = WallTime(milliseconds: now.milliseconds - Self.day)
        let detail = try await plane.node(node, of: pool)
        let story = try await plane.story(of: node.text, in: pool)
        let spans = try await plane.healthSpans(of: pool, since: start)[node.text] ?? []
        let row = detail.node
        let mark = StateMark(row.state)
        let home = "/pools/\(detail.pool)"
        return Pages.Page(
            template: .node,
            title: "\(row.name) in \(detail.pool)",
            crumbs: [("Pools", "/"), (detail.pool, home), (row.name, "\(home)/nodes/\(row.name)")],
            json: "/v1\(home)/nodes/\(row.name)",
            now: now,
            fields: [
                "name": row.name, "state": row.state, "mark": mark.fields, "class": mark.kind.rawValue,
                "summary": story.now, "facts": row.facts.map { ["name": $0.0, "value": $0.1] as Fields },
                "day": Drawing.dayText(spans), "stripes": Drawing.day(spans, from: start, until: now),
                "sentences": story.sentences.reversed().map { sentence in
                    ["at": sentence.at.description, "when": sentence.at.dayAndTime, "text": sentence.text] as Fields
                },
                "commands": [
                    "ringctl node maintenance \(row.name) --for 2h -p \(detail.pool) -n",
                    "ringctl node replace \(row.name) HOST:PORT -p \(detail.pool) -n",
                    "ringctl events --node \(row.name) -p \(detail.pool) --follow",
                ],
            ]
        )
    }

    private func versionsPage(_ request: Request, _ pool: PoolName?) async throws -> Pages.Page {
        let query = try QueryReader(request, names: ["before"])
        let page = HistoryPage(before: try query.version("before"), limit: Self.versions)
        let history = try await plane.history(of: pool, page)
        let now = now()
        let home = "/pools/\(history.pool)"
        var fields: Fields = [
            "pool": history.pool, "hasVersions": !history.changes.isEmpty,
            "versions": history.changes.map { $0.fields(at: now) },
        ]
        if let oldest = history.changes.last?.version, oldest > 1, history.changes.count == Self.versions {
            fields["older"] = "\(home)/versions?before=\(oldest)"
        }
        return Pages.Page(
            template: .versions,
            title: "Versions of \(history.pool)",
            crumbs: [("Pools", "/"), (history.pool, home), ("Versions", "\(home)/versions")],
            json: "/v1\(home)/history",
            now: now,
            fields: fields
        )
    }

    private func versionPage(
        _ request: Request,
        _ pool: PoolName?,
        _ version: RingVersion
    ) async throws -> Pages.Page {
        _ = try QueryReader(request, names: [])
        let ring = try await plane.ring(of: pool, .version(version))
        var (difference, before): (RingDifference?, RingDetail?)
        if let parent = ring.parent.map({ RingVersion($0) }) {
            difference = try await plane.difference(of: pool, .version(parent), .version(version))
            before = try await plane.ring(of: pool, .version(parent))
        }
        let now = now()
        let home = "/pools/\(ring.pool)"
        return Pages.Page(
            template: .version,
            title: "\(ring.pool) version \(version)",
            crumbs: [
                ("Pools", "/"), (ring.pool, home), ("Versions", "\(home)/versions"),
                ("\(version)", "\(home)/versions/\(version)"),
            ],
            json: "/v1\(home)/versions/\(version)",
            now: now,
            fields: VersionPage(ring: ring, before: before, difference: difference, now: now).fields
        )
    }

    private func whatIfPage(_ request: Request, _ pool: PoolName?) async throws -> Pages.Page {
        let query = try QueryReader(request, names: [], lists: ["remove"])
        let nodes = try query.nodes("remove")
        let preview = try await plane.removal(of: nodes, from: pool)
        let home = "/pools/\(preview.pool)"
        let address = nodes.map { "remove=\($0)" }.joined(separator: "&")
        let rows = preview.shares.map { ShareRow($0, removed: preview.removed) }.largestChangeFirst
        return Pages.Page(
            template: .whatIf,
            title: "What if",
            crumbs: [("Pools", "/"), (preview.pool, home), ("What if", "\(home)/what-if?\(address)")],
            json: "/v1\(home)/what-if?\(address)",
            now: now(),
            fields: [
                "pool": preview.pool, "names": listed(preview.removed),
                "version": preview.version,
                "method": preview.shareMethod, "moved": preview.movedShare.percentText,
                "own": preview.ownShare.percentText, "collateral": preview.collateralShare.percentText,
                "largest": (preview.shares.map(\.after).max() ?? .none).percentText, "hasSlots": !rows.isEmpty,
                "slots": rows.map(\.fields), "burden": preview.worstGrowth?.sentence ?? "No server gets more keys.",
                "commands": preview.removed.map { "ringctl node remove \($0) -p \(preview.pool)" },
            ]
        )
    }
}

extension ChangePreview.Growth {
    /// Who has to bear the most more.
    fileprivate var sentence: String {
        "\(node) has to bear the most more: \(before.percentText) → \(after.percentText) of the keys, \(factorText) times."
    }
}

extension NodeRow {
    /// What a page says of a node, by name.
    fileprivate var facts: [(String, String)] {
        var facts = [
            ("Address", address), ("Share", share.percentText), ("Weight", weight.map { "\($0)" } ?? "none"),
            ("Operator wants", admin), ("Probes say", health), ("The ring", placement),
        ]
        if let latencyP50, let latencyP99 {
            facts.append(("Latency p50 / p99", "\(millisecondText(latencyP50)) / \(millisecondText(latencyP99)) ms"))
        }
        if let zone { facts.append(("Zone", zone)) }
        if let label, label != name { facts.append(("Label", label)) }
        if let points { facts.append(("Points", "\(points)")) }
        if !tags.isEmpty { facts.append(("Tags", tags.joined(separator: ", "))) }
        if let reason { facts.append(("Why", reason)) }
        if let stats {
            facts.append(("memcached", stats.version))
            facts.append(("Its uptime", "\(stats.uptime) s"))
            facts.append(("Items", "\(stats.items)"))
            facts.append(("Connections", "\(stats.connections)"))
        }
        return facts
    }
}
