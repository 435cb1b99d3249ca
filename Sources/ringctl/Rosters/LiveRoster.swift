import RingAPI
import RingCore

/// A pool as it is now, as far as a roster file speaks of it.
struct LiveRoster {
    /// The pool's name; the one that would be made where there is none.
    var name: String
    /// `nil` where there is no such pool.
    var detail: PoolDetail?
    var nodes: [NodeRow] = []
    /// The newest change that people made elsewhere since the file was exported, by node; `nil` for the pool's own.
    var elsewhere: [String?: EventRow] = [:]

    /// More changes since the export than this are not looked through.
    private static let changeLimit = 1000

    /// Fetches the pool that the file names, else the one that is asked for, else the only one.
    static func fetching(_ roster: RosterFile, _ global: GlobalOptions) async throws -> LiveRoster {
        let asked = try global.poolName()
        if let asked, let named = roster.pool, asked != named {
            throw CommandFailure(
                .refused,
                field: "pool",
                "the file is about '\(named)', and '\(asked)' is asked for",
                hint: "name one pool"
            )
        }
        let client = global.client
        let pools: PoolList = try await client.get(Path("v1", "pools")).value
        let wanted = (roster.pool ?? asked)?.text ?? (pools.pools.count == 1 ? pools.pools[0].pool : nil)
        guard let wanted else {
            throw CommandFailure(
                .refused,
                field: "pool",
                "the file does not say which pool it is about",
                hint: "write pool = \"NAME\" into it, or name it with --pool"
            )
        }
        guard pools.pools.contains(where: { $0.pool == wanted }) else { return LiveRoster(name: wanted) }
        let name = try PoolName(wanted)
        var live = try await fetching(name, client)
        if let base = roster.base { try await live.lookElsewhere(since: base, name, client) }
        return live
    }

    /// Fetches a pool that exists.
    static func fetching(_ name: PoolName?, _ client: ControlClient) async throws -> LiveRoster {
        let detail: PoolDetail = try await client.get(Path(pool: name)).value
        let nodes: NodeList = try await client.get(Path(pool: name, "nodes")).value
        return LiveRoster(name: detail.pool, detail: detail, nodes: nodes.nodes)
    }

    private mutating func lookElsewhere(
        since base: RosterFile.Base,
        _ name: PoolName,
        _ client: ControlClient
    ) async throws {
        let path = Path(pool: name, "changes").query(["limit": "\(Self.changeLimit)"])
        let list: ChangeList = try await client.get(path).value
        let events = list.changes.map(\.event)
        if events.count == Self.changeLimit, events[events.count - 1].event > base.event {
            throw CommandFailure(
                .conflict,
                "more than \(Self.changeLimit) changes were made since the file was exported",
                hint: "export again and write your changes into the new file"
            )
        }
        for event in events where event.event > base.event && event.request?.hasPrefix("apply-\(base.id)-") != true {
            let key = event.kind == "pool-set" ? nil : event.node
            if event.kind == "pool-set" || event.node != nil, elsewhere[key] == nil { elsewhere[key] = event }
        }
    }

    /// What `pool set` would say of the pool, by key.
    var settings: [String: String] {
        guard let detail else { return [:] }
        var values = ["dialect": detail.dialect.name]
        values["dialect-options"] = detail.dialect.options.pairs.map { "\($0.name)=\($0.value)" }.joined(separator: ",")
        for value in detail.policy.pairs {
            values[String(value.name.map { $0 == "_" ? "-" : $0 })] = value.value
        }
        return values
    }
}
