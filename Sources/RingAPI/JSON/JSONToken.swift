/// One value or one member's name of a JSON text that was read, in the order of the text.
///
/// The tokens of a text lie in one array: an object or array is followed by all that is in it, a member is its name and
/// then its value. So a text of any shape costs one allocation, and nothing is copied out of it before it is asked for.
struct JSONToken: Sendable {
    let kind: Kind
    /// Where the token's own text begins and ends in the bytes; the quotes of a string are left out.
    let start: UInt32
    var end: UInt32
    /// Where the token after it and all that is in it stands.
    var next: UInt32

    enum Kind: UInt8, Sendable {
        case null
        case yes
        case no
        /// A number without fraction or exponent that fits 64 bits.
        case integer
        case decimal
        /// A string whose bytes stand for themselves.
        case plainString
        case escapedString
        case array
        case object
    }
}
