import RingAPI
import RingCore
import RingPlanner
import RingStore

/// Tells from events how a node or a slot came to be as it is, in plain sentences.
struct StoryTeller {
    let pool: PoolView

    func story(of node: NodeName, now current: NodeView?, _ events: [StoredEvent]) -> Story {
        Story(
            pool: pool.record.name.text,
            kind: "node",
            name: node.text,
            now: current.map { sentence(about: $0) } ?? "There is no node \(node) any more.",
            sentences: events.map(sentence)
        )
    }

    func story(
        ofSlot label: String,
        holder: NodeView?,
        _ tenancies: [Tenancy],
        _ events: [StoredEvent]
    ) -> Story {
        let tenants = tenancies.map { tenancy in
            let span = tenancy.to.map { "from version \(tenancy.from) until \($0)" } ?? "since version \(tenancy.from)"
            return Story.Sentence(
                at: tenancy.fromAt,
                event: nil,
                version: tenancy.from.value,
                text: "\(tenancy.node) (\(tenancy.address)) had the slot \(span)."
            )
        }
        let happened = events.map(sentence)
        // Who got the slot reads best after the event that gave it.
        let told = (happened + tenants).enumerated().sorted { a, b in
            (a.element.at, a.offset) < (b.element.at, b.offset)
        }
        return Story(
            pool: pool.record.name.text,
            kind: "slot",
            name: label,
            now: holder.map { "The slot is \($0.record.name)'s. " + sentence(about: $0) }
                ?? "The slot is on no ring any more.",
            sentences: told.map(\.element)
        )
    }

    private func sentence(about node: NodeView) -> String {
        var text = "\(node.record.name) is \(node.health.rawValue)"
        switch node.slot?.placement {
        case nil where node.record.admin == .spare: text += " and waits as a spare"
        case nil where cover(for: node) != nil:
            text += " and off the ring: \(cover(for: node)?.record.name.text ?? "a spare") has its slot"
        case nil, .absent: text += " and not on the ring yet"
        case .ejected: text += " and off the ring"
        case .held: text += ", and its slot is held: clients take a miss, and no key moves"
        case .covered: text += " and covers the slot of another with \(node.share.percentText) of the keys"
        case .ramping:
            text +=
                node.record.admin == .draining
                ? " and gives its keys away step by step" : " and takes over its keys step by step"
            text +=
                ": \(node.slot?.ramp ?? 100)% of its points are on the ring, with \(node.share.percentText) of the keys"
        case .in: text += " and on the ring with \(node.share.percentText) of the keys"
        }
        if node.record.admin != .active, node.record.admin != .spare {
            text += "; the operator's word for it is \(node.record.admin.rawValue)"
            if !node.record.adminReason.isEmpty { text += " (\(node.record.adminReason))" }
            if let end = node.record.adminUntil { text += ", until \(end)" }
        }
        if node.isDamped { text += "; it flapped, and may not rejoin by itself until it calms down" }
        if !node.evidence.isEmpty { text += "; the probes say: \(node.evidence)" }
        return text + "."
    }

    /// The spare that has the slot of a node meanwhile.
    private func cover(for node: NodeView) -> NodeView? {
        pool.nodes.first { $0.slot?.coveredFor == node.record.id }
    }

    private func sentence(_ event: StoredEvent) -> Story.Sentence {
        var text = "\(event.actor.user) \(Self.deed(event))"
        let why = EventRow(event).explanation
        if !why.isEmpty { text += ": \(why)" }
        if let last = text.last, !".!?".contains(last) { text += "." }
        if let version = event.version { text += " That made version \(version)." }
        return Story.Sentence(at: event.at, event: event.id.value, version: event.version?.value, text: text)
    }

    /// What was done, as a predicate; a kind that this program does not know is quoted.
    private static func deed(_ event: StoredEvent) -> String {
        let node = event.node ?? "the pool"
        return switch AuditEvent.Kind(rawValue: event.kind) {
        case .add: "added \(node)"
        case .admit: "let \(node) into the ring"
        case .set: "changed \(node)"
        case .remove: "removed \(node)"
        case .replace:
            "put another server in the place of \(node)"
                + (event.fact("from").map { ", which was \($0)" } ?? "")
                + (event.fact("to").map { " and is \($0)" } ?? "")
        case .eject: "took \(node) off the ring"
        case .readmit: "put \(node) back on the ring"
        case .hold: "held the slot of \(node), so that no key moved"
        case .release: "ended the hold on the slot of \(node)"
        case .promote:
            "gave the slot of \(node) to the spare "
                + (event.fact("spare") ?? "that was ready")
        case .rejoin: "let \(node) rejoin the ring"
        case .drain:
            event.actor == .ringd ? "took \(node) off the ring at the end of its drain" : "began to drain \(node)"
        case .maintenance:
            "took \(node) into maintenance" + (event.fact("until").map { " until \($0)" } ?? " without an end")
        case .enable: "ended the maintenance of \(node)"
        case .ramp:
            "changed the part of the points of \(node) that is on the ring from \(event.fact("from") ?? "some") to "
                + (event.fact("to") ?? "others")
        case .undamp: "forgave \(node) its flapping"
        case .rollback: "rolled the ring back" + (event.fact("version").map { " to version \($0)" } ?? "")
        case .down: "found \(node) down"
        case .up: "found \(node) up"
        case .restart: "saw that \(node) had restarted"
        case .damped: "keeps \(node) off the ring until it calms down"
        case .refusedByGuard:
            "did not act on \(node), because " + (event.fact("guard").map { "the guard '\($0)'" } ?? "a guard")
                + " forbids it"
        case .cleanseRefused: "did not let \(node) rejoin, because it could not be emptied"
        case .observed: "would have acted on \(node), but only observes"
        case .acknowledge: "acknowledged the state of the pool"
        case .freeze: "froze the pool"
        case .thaw: "thawed the pool"
        case .distrust: "distrusts its own network"
        case .apply: "made \(event.fact("changes") ?? "several") changes at once"
        case .poolCreate: "made the pool"
        case .poolSet: "changed the settings of the pool"
        case .poolDelete, .prune, .start, .restore, .sign, nil:
            "recorded '\(event.kind)' of \(node)"
        }
    }
}

extension StoredEvent {
    /// A further fact of the event.
    fileprivate func fact(_ name: String) -> String? { detail.first { $0.name == name }?.value }
}
