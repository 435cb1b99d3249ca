/// The 32-bit little-endian word at a byte offset.
@inline(__always)
func littleEndianWord(of bytes: Span<UInt8>, at offset: Int) -> UInt32 {
    precondition(offset >= 0 && offset &+ 4 <= bytes.count, "word beyond the message")
    return UInt32(littleEndian: bytes.bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: UInt32.self))
}

/// The 64-bit little-endian word at a byte offset.
@inline(__always)
func littleEndianLongWord(of bytes: Span<UInt8>, at offset: Int) -> UInt64 {
    precondition(offset >= 0 && offset &+ 8 <= bytes.count, "word beyond the message")
    return UInt64(littleEndian: bytes.bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: UInt64.self))
}

/// The sixteen words of a last block: the tail of a message, the end mark, zeros, and the length in bits.
///
/// A tail of 56 bytes or more has no room for the length (`bitCount` is then nil); a block that follows such a tail has
/// no end mark of its own (`isContinued`).
/// - Precondition: `tail.count` is at most 63, and at most 55 where there is a bit count.
@inline(__always)
func withPaddedBlock(
    _ tail: Span<UInt8>,
    isContinued: Bool = false,
    bitCount: UInt64?,
    _ body: (UnsafePointer<UInt32>) -> Void
) {
    precondition(tail.count <= (bitCount == nil ? 63 : 55), "tail of \(tail.count) bytes in a last block")
    withUnsafeTemporaryAllocation(byteCount: 64, alignment: 16) { buffer in
        guard let base = buffer.baseAddress else { return }
        let zero = SIMD16<UInt8>(repeating: 0)
        base.storeBytes(of: zero, as: SIMD16<UInt8>.self)
        base.storeBytes(of: zero, toByteOffset: 16, as: SIMD16<UInt8>.self)
        base.storeBytes(of: zero, toByteOffset: 32, as: SIMD16<UInt8>.self)
        base.storeBytes(of: zero, toByteOffset: 48, as: SIMD16<UInt8>.self)
        tail.withUnsafeBufferPointer { source in
            if let start = source.baseAddress { base.copyMemory(from: start, byteCount: source.count) }
        }
        if !isContinued { base.storeBytes(of: 0x80, toByteOffset: tail.count, as: UInt8.self) }
        if let bitCount { base.storeBytes(of: bitCount.littleEndian, toByteOffset: 56, as: UInt64.self) }
        body(UnsafePointer(base.assumingMemoryBound(to: UInt32.self)))
    }
}

/// Sixteen messages of at most 55 bytes each, hashed together: one in each lane of a vector.
struct MD5Lanes: ~Copyable {
    /// The number of lanes.
    static let count = 16
    /// The longest message: one block, less the end mark and the length.
    static let longestMessage = 55

    /// Sixteen words of the block, each as a row of sixteen lanes.
    private let rows: UnsafeMutablePointer<UInt32>

    init() {
        rows = .allocate(capacity: 16 * Self.count)
        rows.initialize(repeating: 0, count: 16 * Self.count)
    }

    deinit { rows.deallocate() }

    /// Puts a message into a lane; what lanes hold stays until it is replaced.
    ///
    /// - Precondition: the message has at most 55 bytes.
    @inline(__always)
    mutating func set(_ message: Span<UInt8>, inLane lane: Int) {
        precondition(message.count <= Self.longestMessage && (0..<Self.count).contains(lane), "no room in the lane")
        let column = rows + lane
        let whole = message.count &>> 2
        var row = 0
        while row < whole {
            column[row &* Self.count] = littleEndianWord(of: message, at: row &* 4)
            row &+= 1
        }
        var last: UInt32 = 0x80
        var index = message.count &- 1
        while index >= whole &* 4 {
            last = last &<< 8 | UInt32(message[index])
            index &-= 1
        }
        column[row &* Self.count] = last
        row &+= 1
        while row < 14 {
            column[row &* Self.count] = 0
            row &+= 1
        }
        column[14 &* Self.count] = UInt32(truncatingIfNeeded: message.count) &* 8
    }

    /// The digests of all lanes: the first word of each, then the second, third and fourth.
    @inline(__always)
    func digests() -> MD5State<SIMD16<UInt32>> {
        var state = MD5State<SIMD16<UInt32>>()
        let rows = UnsafeRawPointer(self.rows)
        state.compress { rows.loadUnaligned(fromByteOffset: $0 &* 64, as: SIMD16<UInt32>.self) }
        return state
    }
}

extension SIMD16: MD5Word where Scalar == UInt32 {
    @inline(__always)
    static func constant(_ value: UInt32) -> Self { Self(repeating: value) }

    // A sum, not an `or`: the compiler keeps that in vector registers.
    @inline(__always)
    func rotated(by count: UInt32) -> Self {
        (self &<< Self(repeating: count)) &+ (self &>> Self(repeating: 32 &- count))
    }
}

/// Sorts points by position, stably, in three passes of a radix sort over 11 bits each.
///
/// - Parameters:
///   - points: the position in the high half, an index into `slots` in the low half.
///   - slots: what the last pass puts into the low half in place of the index.
/// - Precondition: every low half is an index of `slots`.
func sortByPosition(_ points: inout [UInt64], slots: [UInt32]) {
    let count = points.count
    points = [UInt64](unsafeUninitializedCapacity: count + arcPadding) { sorted, sortedCount in
        points.withUnsafeMutableBufferPointer { points in
            withUnsafeTemporaryAllocation(of: UInt64.self, capacity: max(1, count)) { scratch in
                slots.withUnsafeBufferPointer { slots in
                    var ends = digitEnds(of: UnsafeBufferPointer(points))
                    ends.withUnsafeMutableBufferPointer { ends in
                        for point in points {
                            let digit = Int(point &>> 32) & 2047
                            scratch[ends[digit]] = point
                            ends[digit] &+= 1
                        }
                        for point in scratch.prefix(count) {
                            let digit = 2048 &+ (Int(point &>> 43) & 2047)
                            points[ends[digit]] = point
                            ends[digit] &+= 1
                        }
                        for point in points {
                            let digit = 4096 &+ Int(point &>> 54)
                            let index = Int(point & 0xffff_ffff)
                            precondition(index < slots.count, "a point of slot \(index) of \(slots.count)")
                            sorted[ends[digit]] = point & ~0xffff_ffff | UInt64(slots[index])
                            ends[digit] &+= 1
                        }
                    }
                }
            }
        }
        sortedCount = count
    }
}

/// The number of entries behind the arcs of a continuum, so that a search may always read four.
let arcPadding = 4

/// Where the points with each value of each of the three digits begin.
private func digitEnds(of points: UnsafeBufferPointer<UInt64>) -> [Int] {
    var ends = [Int](repeating: 0, count: 3 * 2048)
    ends.withUnsafeMutableBufferPointer { ends in
        for point in points {
            ends[Int(point &>> 32) & 2047] &+= 1
            ends[2048 &+ (Int(point &>> 43) & 2047)] &+= 1
            ends[4096 &+ Int(point &>> 54)] &+= 1
        }
        for digit in 0..<3 {
            var sum = 0
            for index in (digit * 2048)..<((digit + 1) * 2048) { (ends[index], sum) = (sum, sum + ends[index]) }
        }
    }
    return ends
}

/// Merges sorted points that are kept, under new slots, with sorted fresh ones.
///
/// - Parameters:
///   - old: position and slot of each point; only the first `count` are read.
///   - heirs: the new slot of each old one; the highest value drops its points.
///   - precedes: which of two slots comes first where positions are equal.
func mergedPoints(
    of old: [UInt64],
    count: Int,
    heirs: [UInt32],
    with fresh: [UInt64],
    precedes: (UInt32, UInt32) -> Bool
) -> [UInt64] {
    precondition(count <= old.count, "fewer points than counted")
    return [UInt64](unsafeUninitializedCapacity: count + fresh.count + arcPadding) { merged, mergedCount in
        old.withUnsafeBufferPointer { old in
            heirs.withUnsafeBufferPointer { heirs in
                var written = 0
                var read = 0
                for next in fresh {
                    let stop = firstIndex(in: old, from: read, to: count) { kept in
                        if kept >> 32 != next >> 32 { return kept > next }
                        let heir = heirs[Int(kept & 0xffff_ffff)]
                        return heir != .max && !precedes(heir, UInt32(truncatingIfNeeded: next))
                    }
                    written = keep(old[read..<stop], heirs: heirs, in: merged, from: written)
                    read = stop
                    merged[written] = next
                    written &+= 1
                }
                mergedCount = keep(old[read..<count], heirs: heirs, in: merged, from: written)
            }
        }
    }
}

/// Copies points under their new slots, and returns where the next one goes.
///
/// A dropped point is written and then written over, which spares a branch that nobody could guess.
@inline(__always)
private func keep(
    _ points: Slice<UnsafeBufferPointer<UInt64>>,
    heirs: UnsafeBufferPointer<UInt32>,
    in merged: UnsafeMutableBufferPointer<UInt64>,
    from start: Int
) -> Int {
    var written = start
    for point in points {
        let slot = Int(point & 0xffff_ffff)
        precondition(slot < heirs.count, "a point of slot \(slot) of \(heirs.count)")
        let heir = heirs[slot]
        merged[written] = point & ~0xffff_ffff | UInt64(heir)
        written &+= heir == .max ? 0 : 1
    }
    return written
}

/// The index of the first entry that `isBeyond`, in a list where all that are stand at the end.
@inline(__always)
private func firstIndex(
    in entries: UnsafeBufferPointer<UInt64>,
    from start: Int,
    to end: Int,
    where isBeyond: (UInt64) -> Bool
) -> Int {
    var low = start
    var high = end
    while low < high {
        let middle = (low + high) / 2
        if isBeyond(entries[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
}

/// For each range of hashes with equal top bits, the first of the sorted arcs that ends in it or later.
///
/// - Parameters:
///   - shift: how far to shift an arc to the right to get its range.
///   - ranges: the number of ranges; one more entry follows them.
/// - Precondition: every arc's range is below `ranges`.
func rangeStarts(of arcs: [UInt64], shift: UInt64, ranges: Int) -> [UInt32] {
    precondition(arcs.last.map { Int($0 >> shift) < ranges } ?? true, "an arc beyond the ranges")
    return [UInt32](unsafeUninitializedCapacity: ranges + 1) { starts, count in
        starts.initialize(repeating: 0)
        arcs.withUnsafeBufferPointer { arcs in
            // The last arc of a range says where the next range begins; ranges without arcs begin there too.
            var next: UInt32 = 0
            for arc in arcs {
                next &+= 1
                starts[Int(arc &>> shift) &+ 1] = next
            }
        }
        var highest: UInt32 = 0
        for range in 0...ranges {
            highest = max(highest, starts[range])
            starts[range] = highest
        }
        count = ranges + 1
    }
}

/// Compares two circles of arcs in one pass: how many hashes change owner, and how many of those touch a slot of `isTouched`.
///
/// Which circle's arc ends next is a coin toss at each step, so nothing here branches on it.
/// - Parameters:
///   - last: the last hash there is; the padding behind the arcs ends at or beyond it.
///   - identities: what a slot of `b` counts as; those of `a` count as themselves.
///   - isTouched: by identity all bits or none.
func movedHashes(
    from a: [UInt64],
    to b: [UInt64],
    last: UInt64,
    identities: [UInt32],
    isTouched: [UInt64]
) -> (moved: UInt64, own: UInt64) {
    precondition((a.last ?? 0) >> 32 >= last && (b.last ?? 0) >> 32 >= last, "arcs without padding")
    precondition(identities.allSatisfy { Int($0) < isTouched.count }, "an identity beyond the list")
    var counts = (moved: UInt64(0), own: UInt64(0))
    a.withUnsafeBufferPointer { a in
        b.withUnsafeBufferPointer { b in
            isTouched.withUnsafeBufferPointer { isTouched in
                identities.withUnsafeBufferPointer { identities in
                    var (i, j) = (0, 0)
                    var before: UInt64 = 0
                    while before <= last {
                        let (endA, endB) = (a[i] &>> 32, b[j] &>> 32)
                        let (from, slot) = (Int(a[i] & 0xffff_ffff), Int(b[j] & 0xffff_ffff))
                        precondition(from < isTouched.count && slot < identities.count, "an arc of an unknown slot")
                        let to = Int(identities[slot])
                        let end = min(endA, endB)
                        let moved = from == to ? 0 : min(end, last) &+ 1 &- before
                        counts.moved &+= moved
                        counts.own &+= moved & (isTouched[from] | isTouched[to])
                        before = end &+ 1
                        i &+= endA == end ? 1 : 0
                        j &+= endB == end ? 1 : 0
                    }
                }
            }
        }
    }
    return counts
}

/// The index of the first of a sorted list's entries at or above `bound`, if it is one of four from `start` on.
///
/// Always four comparisons: no branch to guess.
/// - Returns: `start + 4` where all four are below.
@inline(__always)
func firstOfFour(atOrAbove bound: UInt64, in entries: [UInt64], from start: Int) -> Int {
    precondition(start >= 0 && start &+ 3 < entries.count, "search beyond the padding")
    return entries.withUnsafeBufferPointer { entries in
        let first = (entries[start] < bound ? 1 : 0) &+ (entries[start &+ 1] < bound ? 1 : 0)
        let second = (entries[start &+ 2] < bound ? 1 : 0) &+ (entries[start &+ 3] < bound ? 1 : 0)
        return start &+ first &+ second
    }
}
