/// What changes hands between two rings.
package struct Movement: Hashable, Sendable {
    /// The keys whose owner differs.
    package var moved: Share
    /// Of those, the keys that leave or reach a slot that the change is about.
    package var own: Share
    /// The rest: keys that move between slots which the change does not touch.
    package var collateral: Share
    /// `exact`, or how the figures were found and how far they may be off.
    package var method: String
}
