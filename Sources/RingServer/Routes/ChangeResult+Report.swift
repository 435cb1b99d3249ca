package import RingAPI
import RingCore
package import RingPlanner

extension ChangeResult {
    /// What the planner reports, on the wire; a preview says more than what was done.
    init(_ report: ChangeReport, done: Bool, request: RingPlanner.RequestID) {
        self.init(
            done: done,
            request: request.text,
            pool: report.pool.text,
            summary: report.summary,
            oldVersion: report.oldVersion?.value,
            newVersion: report.newVersion?.value,
            movedShare: report.movement.moved,
            ownShare: report.movement.own,
            collateralShare: report.movement.collateral,
            coldShare: report.movement.cold,
            shareMethod: report.movement.method,
            shares: report.shares.map {
                SlotShare(node: $0.node.text, label: $0.label, before: $0.before, after: $0.after)
            },
            notices: report.notices
        )
        worstGrowth = report.worstGrowth.map(ChangePreview.Growth.init)
        guard !done else { return }
        unchanged = report.unchanged.map { .init(node: $0.node.text, label: $0.label, share: $0.after) }
        guards = report.guards.map {
            .init(guard: $0.guard.rawValue, allows: $0.allows, explanation: $0.explanation)
        }
        outcome = report.outcome?.description
    }
}

extension ChangePreview.Growth {
    /// What the planner finds, on the wire.
    package init(_ slot: ChangeReport.SlotShare) {
        self.init(
            node: slot.node.text,
            label: slot.label,
            before: slot.before,
            after: slot.after,
            factor: Double(slot.growth) / 100
        )
    }
}
