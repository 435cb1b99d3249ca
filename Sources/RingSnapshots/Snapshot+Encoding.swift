import RingCore

extension Snapshot {
    /// The file: UTF-8 JSON, members in the order of the format, a slot on two lines, one final newline.
    ///
    /// The layout is fixed here and not left to a library, because equal rings must be equal bytes in every build.
    /// - Complexity: O(*n*) in slots, and in points where the continuum is carried.
    package func encoded() -> [UInt8] {
        var text = "{\n"
        text += "  \"format\": \(Self.format),\n"
        text += "  \"pool\": \(json(pool.text)),\n"
        text += "  \"epoch\": \(epoch),\n"
        text += "  \"version\": \(version),\n"
        text += "  \"parent\": \(parent.map(\.description) ?? "null"),\n"
        text += "  \"created_at\": \(json(createdAt.description)),\n"
        text += "  \"change\": {\n"
        text += "    \"event\": \(change.event.value), \"kind\": \(json(change.kind)), \"actor\": \(json(change.actor))"
        if let node = change.node { text += ", \"node\": \(json(node.text))" }
        text += ",\n    \"reason\": \(json(change.reason)),\n"
        text += "    \"moved_share\": \(change.movedShare), \"cold_share\": \(change.coldShare)\n  },\n"
        text += "  \"dialect\": { \"name\": \(json(dialect.name)), \"key_hash\": \(json(keyHash)), \"options\": "
        text += dialect.options.isEmpty ? "{}" : "{ "
        text += dialect.options.map { "\(json($0.name)): \(json($0.value))" }.joined(separator: ", ")
        text += dialect.options.isEmpty ? " },\n" : " } },\n"
        text += slots.isEmpty ? "  \"slots\": [],\n" : "  \"slots\": [\n"
        for (index, slot) in slots.enumerated() {
            text += Self.encoded(slot)
            text += index + 1 < slots.count ? ",\n" : "\n  ],\n"
        }
        text += "  \"agreement\": \(json(agreement.description)),\n"
        text += "  \"audit_head\": \(json(auditHead.description)),\n"
        text += "  \"digest\": \(json(digest.description))"
        if let continuum {
            text += ",\n  \"continuum\": {\n"
            text += "    \"hashes\": \(json(Base64.encoded(continuum.hashes.littleEndianBytes))),\n"
            text += "    \"slots\": \(json(Base64.encoded(continuum.slots.littleEndianBytes)))\n  }"
        }
        if let signature {
            text += ",\n  \"signature\": { \"key_id\": \(json(signature.keyID)), "
            text += "\"ed25519\": \(json(Base64.encoded(signature.ed25519))) }"
        }
        text += "\n}\n"
        return Array(text.utf8)
    }

    private static func encoded(_ slot: PublishedSlot) -> String {
        var text = "    { \"label\": \(json(slot.label)), \"weight\": \(slot.weight)"
        if let points = slot.points { text += ", \"points\": \(points)" }
        text += ", \"state\": \(json(slot.state.rawValue)),\n"
        text += "      \"node\": \(json(slot.node.text)), \"host\": \(json(slot.address.host))"
        if let port = slot.address.port { text += ", \"port\": \(port)" }
        if let zone = slot.zone { text += ", \"zone\": \(json(zone))" }
        return text + " }"
    }
}

/// `text` as a JSON string: quotes, backslashes and control characters escaped, everything else as it is.
func json(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
        switch scalar {
        case "\"": result += "\\\""
        case "\\": result += "\\\\"
        case _ where scalar.value < 0x20:
            let digits = String(scalar.value, radix: 16)
            result += "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
        default: result.unicodeScalars.append(scalar)
        }
    }
    return result + "\""
}
