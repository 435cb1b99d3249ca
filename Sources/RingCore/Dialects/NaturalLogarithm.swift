import RealModule

/// The natural logarithm of the C library, which mcrouter's weighted rendezvous is defined by.
func naturalLogarithm(_ value: Double) -> Double { .log(value) }
