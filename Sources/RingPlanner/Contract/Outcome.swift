package import RingCore

/// What a change leads to, as a digest: two previews with the same outcome promise the same ring and the same figures.
///
/// A plan carries it, so that it is carried out as it was seen or not at all. Times, reasons and notices are no part of
/// it, nor is what the guards of automation would say.
package struct Outcome: Hashable, Sendable, CustomStringConvertible {
    private let bytes: [UInt8]

    private static let prefix = "sha256:"

    /// The outcome of a change that was worked out.
    ///
    /// - Complexity: O(*n*) in the slots of the ring.
    init(of report: ChangeReport, ring: PublishedRing?) {
        let movement = report.movement
        let parts = [movement.moved, movement.own, movement.collateral, movement.cold].map { "\($0.parts)" }
        var hash = SHA256()
        func write(_ fields: [String]) {
            // Lengths keep a text with a tab from being taken for two.
            hash.update(fields.map { "\($0.utf8.count) \($0)" }.joined(separator: "\t") + "\n")
        }
        write(["ringd-outcome 1", report.pool.text, report.summary, movement.method])
        write([report.oldVersion, report.newVersion].map { "\($0?.value ?? 0)" } + parts)
        if let ring {
            write([ring.dialect.name] + ring.dialect.options.flatMap { [$0.name, $0.value] })
            for slot in ring.contents {
                let content = slot.content
                write([
                    content.label, "\(content.weight)", "\(slot.ramp)", content.points.map { "\($0)" } ?? "",
                    content.state.rawValue, content.node.text, content.address.description, content.zone ?? "",
                ])
            }
        }
        bytes = hash.finalize()
    }

    /// Reads `sha256:` and 64 hexadecimal digits.
    package init(parsing text: String) throws(ValidationError) {
        let digits = Array(text.dropFirst(Self.prefix.count).utf8)
        let values = digits.map { byte -> UInt8? in
            switch byte {
            case 0x30...0x39: byte - 0x30
            case 0x61...0x66: byte - 0x61 + 10
            default: nil
            }
        }
        let nibbles = values.compactMap(\.self)
        guard text.hasPrefix(Self.prefix), nibbles.count == 64, values.count == 64 else {
            throw ValidationError(
                field: "if_outcome",
                problem: "'\(printable(text))' is not an outcome",
                hint: "take it from the preview of the change"
            )
        }
        bytes = stride(from: 0, to: 64, by: 2).map { nibbles[$0] << 4 | nibbles[$0 + 1] }
    }

    /// `sha256:` and 64 hexadecimal digits.
    package var description: String {
        bytes.reduce(into: Self.prefix) { text, byte in
            text += (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }
    }
}
