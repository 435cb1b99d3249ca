import RingCore

/// Damping of nodes that flap: each fall and rise adds to a penalty, which halves every quarter of an hour.
package enum FlapPenalty {
    /// Added by each fall and rise.
    package static let flip = 1000
    /// From here on the node is damped.
    package static let suppress = 2500
    /// Under this it is not any more.
    package static let reuse = 750
    package static let halfLife: Duration = .seconds(15 * 60)

    /// The penalty after some time: halved for each whole half-life, and linear between two of them.
    package static func decayed(_ penalty: Int, after elapsed: Duration) -> Int {
        let halfLife = Self.halfLife.wholeMilliseconds
        let time = max(0, elapsed.wholeMilliseconds)
        let halvings = time / halfLife
        guard halvings < 62 else { return 0 }
        let floor = Int64(penalty) >> halvings
        return Int(floor - floor * (time % halfLife) / (2 * halfLife))
    }
}
