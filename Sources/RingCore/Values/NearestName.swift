/// The candidate that differs from `name` by the fewest edits, if it is near enough to be meant.
///
/// Optimal string alignment distance, at most a third of the longer name's length; the first of equals.
/// - Complexity: O(*n* · *l*²) for *n* candidates of length *l*.
package func nearestName(to name: String, among candidates: [String]) -> String? {
    var best: (name: String, distance: Int)?
    let wanted = Array(name.utf8.prefix(64))
    for candidate in candidates {
        let distance = editDistance(wanted, Array(candidate.utf8.prefix(64)))
        let limit = max(1, max(wanted.count, candidate.utf8.count) / 3)
        if distance <= limit, distance < best?.distance ?? .max { best = (candidate, distance) }
    }
    return best?.name
}

private func editDistance(_ a: [UInt8], _ b: [UInt8]) -> Int {
    var beforeLast: [Int] = []
    var last = Array(0...b.count)
    for i in 0..<a.count {
        var row = [i + 1]
        for j in 0..<b.count {
            var cost = min(last[j + 1] + 1, row[j] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
            if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { cost = min(cost, beforeLast[j - 1] + 1) }
            row.append(cost)
        }
        beforeLast = last
        last = row
    }
    return last[b.count]
}
