import RingAPI
import RingCore

/// Looks up a stream of keys and prints their owners, in memory that does not grow with the number of keys.
struct Evaluation {
    let ring: Ring
    let addresses: [String]
    /// One JSON object in place of a line a key.
    let isJSON: Bool
    /// How many keys no memcached server would take.
    private(set) var unusual = 0

    init(ring: Ring, addresses: [String], isJSON: Bool) {
        self.ring = ring
        self.addresses = addresses
        self.isJSON = isJSON
    }

    /// Reads `source` to its end.
    ///
    /// - Parameter size: the bytes of the source, where they are known.
    mutating func evaluate(_ source: some KeySource, size: Int?) throws {
        var source = source
        var output = OutputStream()
        var batch = KeyBatch(bytes: [])
        var owners: [UInt32] = []
        var progress = EvaluationProgress(total: size)
        defer { progress.clear() }
        let texts = TextTable(
            addresses.indices.map { isJSON ? ",\($0)" : "\t\($0)\t\(addresses[$0].onOneLine)\n" }
        )
        var count = 0
        if isJSON {
            try output.append("{\"schema\":1,\"dialect\":\(JSONValue.quoted(ring.dialect.name)),\"owners\":[")
        }
        while try source.read(into: &batch) {
            owners.removeAll(keepingCapacity: true)
            ring.appendOwners(ofKeysAt: batch.keys, in: batch.bytes.span, to: &owners)
            if isJSON {
                try Self.appendIndexes(owners, texts, isFirst: count == 0, to: &output)
            } else {
                try Self.appendLines(batch, owners, texts, to: &output)
            }
            count += owners.count
            unusual += batch.unusual
            progress.update(keys: count, bytes: source.bytesRead)
        }
        if isJSON { try output.append("],\"point_count\":\(ring.pointCount)}\n") }
        try output.flush()
    }

    private static func appendLines(
        _ batch: KeyBatch,
        _ owners: [UInt32],
        _ texts: TextTable,
        to output: inout OutputStream
    ) throws {
        try batch.bytes.withUnsafeBytes { bytes in
            try texts.withTexts { texts, ends in
                for (key, owner) in zip(batch.keys, owners) {
                    try output.append(UnsafeRawBufferPointer(rebasing: bytes[key]))
                    let range = ends[Int(owner)]..<ends[Int(owner) + 1]
                    try output.append(UnsafeRawBufferPointer(rebasing: texts[range]))
                }
            }
        }
    }

    private static func appendIndexes(
        _ owners: [UInt32],
        _ texts: TextTable,
        isFirst: Bool,
        to output: inout OutputStream
    ) throws {
        try texts.withTexts { texts, ends in
            // The comma stands before each index but the first.
            var skipped = isFirst ? 1 : 0
            for owner in owners {
                let range = ends[Int(owner)] + skipped..<ends[Int(owner) + 1]
                try output.append(UnsafeRawBufferPointer(rebasing: texts[range]))
                skipped = 0
            }
        }
    }
}
