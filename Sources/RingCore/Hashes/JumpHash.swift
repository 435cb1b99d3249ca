/// Jump consistent hash (Lamping and Veach): the bucket of a 64-bit number among `count`.
func jumpHash(_ key: UInt64, count: Int) -> Int {
    var key = key
    var bucket: Int64 = -1
    var next: Int64 = 0
    while next < count {
        bucket = next
        key = key &* 2_862_933_555_777_941_757 &+ 1
        next = Int64(Double(bucket + 1) * (Double(1 << 31) / Double((key >> 33) + 1)))
    }
    return Int(bucket)
}
