/// What a dialect does, as data: each member is one of the questions in which dialects differ.
struct DialectRule: Hashable, Sendable {
    var engine: Engine
    /// The text by which the dialect's own client knows a server.
    var label: LabelRule
    /// What a slot's weight may be and does.
    var weights: WeightRule = .whole
    /// The order in which the dialect takes the slots, whatever the order given.
    var order: SlotOrder = .listed
    var points: PointRule = .none
    var count: PointCount = .none
    var ties: TieRule = .firstOwns
    var search: SearchRule = .atOrAfter
    /// What of a key is hashed.
    var keyText = KeyText()
    var keyHash: HashFunction
    /// Any weight above 1 turns the points into those of weighted ketama, while the key hash stays.
    var weightsSwitchToKetama = false
    /// Servers that the dialect's proxy has taken off, by their place in the list.
    var ejected: [Int] = []

    /// The way from a hash to a slot.
    enum Engine: Hashable, Sendable {
        /// Sorted 32-bit points; a key belongs to a point near its hash.
        case continuum
        /// The same with points of 64 or 128 bits.
        case wideContinuum
        /// So many evenly spaced hashes looked up on a continuum beforehand; `hash mod buckets` picks one.
        case buckets(Int)
        /// `hash mod length` into a list that holds each slot as often as its weight says, or once.
        case table(isWeighted: Bool)
        /// A table of a prime length that the slots fill in turns, each by its own permutation.
        case maglev(length: Int)
        /// Every slot draws a number for the key; the highest wins.
        case rendezvous(Rendezvous.Draw)
        case jump
        case ch3
        /// Ch3, drawn again until a slot of sufficient weight accepts.
        case weightedCh3
    }

    enum WeightRule: Hashable, Sendable {
        /// The dialect has none: weights are accepted and do nothing.
        case ignored
        /// Whole numbers.
        case whole
        /// Whole numbers, and 0 counts as 1.
        case wholeAtLeastOne
        /// Any number from 0 to the limit; a slot's whole weight stands for so many of `unit`ths.
        case decimal(limit: Double, unit: Double)
    }

    enum SlotOrder: Hashable, Sendable {
        case listed
        /// Bytewise by label.
        case label
        /// By the length of the label in bytes, then bytewise.
        case labelLength
        /// Bytewise by host, then by port.
        case hostThenPort
    }

    /// Which of several points at one position answers.
    enum TieRule: Hashable, Sendable {
        /// The first in the order of slots; the others stay on the ring, hidden.
        case firstOwns
        /// The first placed keeps the position; the others are never placed.
        case firstPlaced
        /// Each overwrites what was there.
        case lastPlaced
        /// Of the labels at a position, sorted, the one at `position mod number of them`.
        case byPosition
    }

    /// Which point answers for a hash.
    enum SearchRule: Hashable, Sendable {
        /// The first point at or after the hash.
        case atOrAfter
        /// The first point after the hash.
        case after
        /// The last point at or before the hash.
        case atOrBefore
        /// The nearer of the two neighbours; the one before where both are equally near.
        case nearest
        /// The first point at or after the hash, both as signed numbers.
        case signedAtOrAfter
    }
}
