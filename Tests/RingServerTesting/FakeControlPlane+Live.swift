package import RingAPI
package import RingCore
package import RingPlanner
package import RingServer

extension FakeControlPlane {
    package func measurements() async -> [Measurement] {
        [Measurement(.ringVersion, ["sessions"], .whole(41)), Measurement(.ready, [], true)]
    }

    package func publishedVersion(of pool: PoolName?) async throws(Refusal) -> RingVersion? {
        _ = try resolve(pool)
        return RingVersion(publishedNumber)
    }

    package func board(of pool: PoolName?) async throws(Refusal) -> PoolBoard {
        PoolBoard(
            detail: try await self.pool(pool),
            nodes: nodeRows,
            latencies: ["cache-1": [300, 312, 290]],
            ring: nil,
            owners: [],
            published: publishedNumber,
            at: since
        )
    }

    package func healthSpans(
        of pool: PoolName?,
        since start: WallTime
    ) async throws(Refusal) -> [String: [HealthSpan]] {
        _ = try resolve(pool)
        return ["cache-4": [HealthSpan(health: "down", from: start, until: since)]]
    }

    package func removal(of nodes: [NodeName], from pool: PoolName?) async throws(Refusal) -> RemovalPreview {
        let pool = try resolve(pool)
        for node in nodes { _ = try await self.node(node, of: PoolName?.none) }
        return RemovalPreview(
            pool: pool,
            version: 41,
            removed: nodes.map(\.text),
            movedShare: Share(1, of: 2),
            ownShare: Share(1, of: 2),
            collateralShare: .none,
            shareMethod: "exact",
            shares: [.init(node: "cache-2", label: "cache-2", before: Share(1, of: 2), after: .whole)],
            worstGrowth: .init(node: "cache-2", label: "cache-2", before: Share(1, of: 2), after: .whole, factor: 2)
        )
    }
}
