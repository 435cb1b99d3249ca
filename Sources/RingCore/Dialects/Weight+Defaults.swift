extension Weight {
    /// A weight known to be in range, for the table of dialects.
    init(known value: Int) {
        precondition(Self.range.contains(value), "weight \(value) is out of range")
        self.value = value
    }
}
