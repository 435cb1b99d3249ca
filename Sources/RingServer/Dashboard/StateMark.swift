import RingAPI

/// How a node's state is shown: a letter, a shape and a colour, so that none of them is needed alone.
struct StateMark {
    let word: String
    /// One letter that no other state has.
    let letter: String
    /// The name of the colour, of the same nature as the shape.
    let kind: Kind

    /// What a state means for whoever looks, with the shape that says so.
    enum Kind: String {
        case ok
        case work
        case warn
        case bad
        case rest
        case none

        /// The outline, on a field of 20 by 20.
        var shape: String {
            switch self {
            case .ok: "M10 1a9 9 0 1 0 0 18a9 9 0 0 0 0-18Z"
            case .work: "M10 0.5 18.5 5.2V14.8L10 19.5 1.5 14.8V5.2Z"
            case .warn: "M10 0 20 19H0Z"
            case .bad: "M2 1h16a1 1 0 0 1 1 1v16a1 1 0 0 1-1 1H2a1 1 0 0 1-1-1V2a1 1 0 0 1 1-1Z"
            case .rest: "M10 0 20 8 16 19.5H4L0 8Z"
            case .none: "M10 0 20 10 10 20 0 10Z"
            }
        }
    }

    init(_ state: String) {
        word = state
        (letter, kind) = Self.known[state] ?? ("?", .none)
    }

    private static let known: [String: (String, Kind)] = [
        "up": ("U", .ok), "spare": ("P", .rest), "waiting": ("W", .work), "staged": ("T", .rest),
        "ramping": ("A", .work), "draining": ("N", .rest), "maintenance": ("M", .rest), "covered": ("C", .ok),
        "recovering": ("R", .work), "cleansing": ("L", .work), "unknown": ("?", .none), "suspect": ("S", .warn),
        "damped": ("F", .bad), "held": ("H", .bad), "ejected": ("E", .bad), "down": ("D", .bad),
    ]

    /// The fields of the template `mark`.
    var fields: Fields { ["class": kind.rawValue, "shape": kind.shape, "letter": letter] }

    /// How far to the front a state comes: the failing are first.
    static func rank(of state: String) -> Int { rank[state] ?? NodeRow.states.count }

    private static let rank = Dictionary(
        uniqueKeysWithValues: NodeRow.states.reversed().enumerated().map { ($1, $0) }
    )
}

extension [NodeRow] {
    /// The failing first, the rest in the order of the roster.
    var failingFirst: [NodeRow] {
        enumerated().sorted { a, b in
            (StateMark.rank(of: a.element.state), a.offset) < (StateMark.rank(of: b.element.state), b.offset)
        }.map(\.element)
    }
}
