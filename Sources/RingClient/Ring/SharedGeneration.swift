import Synchronization

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The current generation, read by many threads that never wait and replaced by one.
///
/// A lock, or an atomic reference that is counted up and down, makes all threads fight over one cache line. Here each
/// thread counts itself in and out on a line that it shares with few; whoever replaces the generation waits until
/// everybody who may still look at the old one has left.
///
/// Why this is safe: all atomic accesses that matter are in one total order. A reader counts itself in before it loads
/// the pointer, so a reader that got the old pointer was counted before the exchange, and the wait, which comes after
/// the exchange, sees it. Both counters of each stripe are waited for, because a reader may have chosen its counter
/// long ago. New readers go to the other counter, so that each wait ends.
final class SharedGeneration: Sendable {
    private let pointer: Atomic<UInt>
    private let phase = Atomic<Int>(0)
    private let stripes: Stripes

    init(_ generation: Generation) {
        pointer = Atomic(Self.retained(generation))
        stripes = Stripes()
    }

    deinit {
        // Nobody reads any more, or this would still be referenced.
        Self.release(pointer.load(ordering: .acquiring))
    }

    /// Looks at the current generation, which lives at least until `body` returns.
    @inline(__always)
    func read<Result>(_ body: (Generation) -> Result) -> Result {
        let stripe = stripes.ofThisThread
        let side = phase.load(ordering: .relaxed) & 1
        stripe.pointee.enter(side)
        defer { stripe.pointee.leave(side) }
        let address = pointer.load(ordering: .sequentiallyConsistent)
        guard let opaque = UnsafeRawPointer(bitPattern: address) else { preconditionFailure("no generation") }
        return Unmanaged<Generation>.fromOpaque(opaque)._withUnsafeGuaranteedRef { body($0) }
    }

    /// Replaces the generation, and waits until nobody looks at the old one.
    ///
    /// One caller at a time. Look-ups find the new generation when `announce` is called; the wait afterwards is as long
    /// as the longest look-up in flight, whose thread may have been put aside.
    func replace(with next: Generation, announce: () -> Void) {
        let old = pointer.exchange(Self.retained(next), ordering: .sequentiallyConsistent)
        announce()
        for _ in 0..<2 {
            let side = phase.wrappingAdd(1, ordering: .sequentiallyConsistent).oldValue & 1
            stripes.waitUntilEmpty(side)
        }
        Self.release(old)
    }

    private static func retained(_ generation: Generation) -> UInt {
        UInt(bitPattern: Unmanaged.passRetained(generation).toOpaque())
    }

    private static func release(_ address: UInt) {
        guard let opaque = UnsafeRawPointer(bitPattern: address) else { return }
        Unmanaged<Generation>.fromOpaque(opaque).release()
    }
}

/// Counters of readers, spread over cache lines.
private final class Stripes: @unchecked Sendable {
    // Sendable because the memory holds only atomics, is allocated once, and outlives every use of this object.
    private let stripes: UnsafeMutablePointer<Stripe>
    private static let bits = 6
    private static let count = 1 << bits

    init() {
        stripes = .allocate(capacity: Self.count)
        for index in 0..<Self.count { (stripes + index).initialize(to: Stripe()) }
    }

    deinit {
        stripes.deinitialize(count: Self.count)
        stripes.deallocate()
    }

    /// The stripe of the calling thread; two threads may share one.
    @inline(__always)
    var ofThisThread: UnsafeMutablePointer<Stripe> {
        #if canImport(Darwin)
            let thread = UInt64(UInt(bitPattern: pthread_self()))
        #else
            let thread = UInt64(pthread_self())
        #endif
        // Fibonacci hashing: the addresses of threads differ in their middle bits.
        return stripes + Int(truncatingIfNeeded: (thread &* 0x9E37_79B9_7F4A_7C15) >> UInt64(64 - Self.bits))
    }

    func waitUntilEmpty(_ side: Int) {
        for index in 0..<Self.count {
            var attempts = 0
            while stripes[index].isOccupied(side) {
                attempts += 1
                // A look-up takes less than a microsecond, unless its thread was put aside in the middle of it.
                if attempts < 64 { sched_yield() } else { usleep(50) }
            }
        }
    }
}

/// The readers of some threads: one counter for each side, and room to the next cache line.
private struct Stripe: ~Copyable {
    private let first = Atomic<Int>(0)
    private let second = Atomic<Int>(0)
    // Two lines of 64 bytes, because processors fetch them in pairs.
    private let room: InlineArray<14, Int> = .init(repeating: 0)

    @inline(__always)
    func enter(_ side: Int) {
        if side == 0 {
            first.wrappingAdd(1, ordering: .sequentiallyConsistent)
        } else {
            second.wrappingAdd(1, ordering: .sequentiallyConsistent)
        }
    }

    @inline(__always)
    func leave(_ side: Int) {
        if side == 0 {
            first.wrappingSubtract(1, ordering: .releasing)
        } else {
            second.wrappingSubtract(1, ordering: .releasing)
        }
    }

    func isOccupied(_ side: Int) -> Bool {
        if side == 0 {
            first.load(ordering: .sequentiallyConsistent) != 0
        } else {
            second.load(ordering: .sequentiallyConsistent) != 0
        }
    }
}
