extension Ring {
    /// The owners of many keys, in their order.
    package func owners(ofKeys keys: [[UInt8]]) -> [Int] {
        var owners: [UInt32] = []
        append(keys.count, to: &owners) { index, body in
            let key = keys[index]
            body(key.span)
        }
        return owners.map { Int($0) }
    }

    /// The owners of keys that stand in one buffer, appended to `owners` in their order.
    ///
    /// For streams of keys: nothing is allocated but what `owners` grows by.
    /// - Precondition: every range lies in the buffer.
    package func appendOwners(ofKeysAt ranges: [Range<Int>], in buffer: Span<UInt8>, to owners: inout [UInt32]) {
        guard rule.keyHash == .md5 else {
            owners.reserveCapacity(owners.count + ranges.count)
            for range in ranges { owners.append(UInt32(owner(ofKey: buffer.extracting(range)))) }
            return
        }
        append(ranges.count, to: &owners) { index, body in body(buffer.extracting(ranges[index])) }
    }

    /// Looks up `count` keys: sixteen together where whole keys are hashed by MD5 alone.
    @inline(__always)
    private func append(
        _ count: Int,
        to owners: inout [UInt32],
        withKey: (Int, (Span<UInt8>) -> Void) -> Void
    ) {
        owners.reserveCapacity(owners.count + count)
        guard hashesWholeKey, rule.keyHash == .md5, case .continuum(let continuum) = placement else {
            for index in 0..<count { withKey(index) { owners.append(UInt32(owner(ofKey: $0))) } }
            return
        }
        var lanes = MD5Lanes()
        var start = 0
        while start < count {
            let used = min(MD5Lanes.count, count - start)
            var hasLong = false
            for lane in 0..<used {
                withKey(start &+ lane) { key in
                    if key.count <= MD5Lanes.longestMessage {
                        lanes.set(key, inLane: lane)
                    } else {
                        hasLong = true
                    }
                }
            }
            let hashes = lanes.digests().a
            let first = owners.count
            for lane in 0..<used { owners.append(UInt32(truncatingIfNeeded: continuum.owner(of: hashes[lane]))) }
            if hasLong {
                for lane in 0..<used {
                    withKey(start &+ lane) { key in
                        guard key.count > MD5Lanes.longestMessage else { return }
                        owners[first + lane] = UInt32(owner(ofKey: key))
                    }
                }
            }
            start += used
        }
    }
}
