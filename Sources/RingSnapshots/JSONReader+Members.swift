import RingCore

/// The longest text of a member, in bytes, where nothing else is said.
private let textByteLimit = 255
/// The longest reason: the operator's message, or evidence in words.
private let reasonByteLimit = 4096
/// The most options of a dialect.
private let optionLimit = 64

extension JSONReader {
    /// A string that makes a value of RingCore, whose refusal becomes this reader's.
    mutating func value<Value>(
        _ make: (String) throws(ValidationError) -> Value
    ) throws(SnapshotError) -> Value {
        let text = try string()
        return try valid { () throws(ValidationError) in try make(text) }
    }

    /// A string without control characters, of 1 to `limit` bytes.
    mutating func text(limit: Int = textByteLimit, mayBeEmpty: Bool = false) throws(SnapshotError) -> String {
        let text = try string()
        guard mayBeEmpty || !text.isEmpty else { throw SnapshotError(.invalidValue, problem: "is empty") }
        // Nearly all text is plain, and the properties of Unicode cost more than the rest of the reading.
        if text.utf8.count <= limit, text.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) { return text }
        try valid { () throws(ValidationError) in try validateText(text, field: "", limit: limit) }
        return text
    }

    /// A whole number from 1 to 2^53 − 1.
    mutating func positive() throws(SnapshotError) -> Int64 {
        let number = try integer()
        guard number > 0 else { throw SnapshotError(.invalidValue, problem: "\(number) is not above 0") }
        return number
    }

    /// A number that may be 0: a small weight can have no point in a dialect that divides by the total.
    mutating func natural() throws(SnapshotError) -> Int64 {
        let number = try integer()
        guard number >= 0 else { throw SnapshotError(.invalidValue, problem: "\(number) is below 0") }
        return number
    }

    /// A time exactly as the writer writes it, so that its text in the digest is known.
    mutating func time() throws(SnapshotError) -> WallTime {
        let text = try string()
        guard let time = WallTime(rfc3339: text), time.description == text else {
            throw SnapshotError(
                .invalidValue,
                problem: "'\(printable(text))' is not a time as in 2026-11-22T10:35:00.123Z"
            )
        }
        return time
    }

    mutating func digest() throws(SnapshotError) -> Digest {
        let text = try string()
        guard let digest = Digest(parsing: text) else {
            throw SnapshotError(
                .invalidValue,
                problem: "'\(printable(text))' is not 'sha256:' and 64 lower-case hexadecimal digits"
            )
        }
        return digest
    }

    /// A decimal number from 0 to 1, cut to the parts of a ``Share``.
    mutating func share() throws(SnapshotError) -> Share {
        let text = try number()
        guard let share = Share(jsonNumber: text) else {
            throw SnapshotError(.invalidValue, problem: "\(text) is not a share from 0 to 1")
        }
        return share
    }

    mutating func change() throws(SnapshotError) -> Snapshot.Change {
        var event: Int64?
        var (kind, actor, reason): (String?, String?, String?)
        var node: NodeName?
        var (movedShare, coldShare): (Share?, Share?)
        try eachMember { (reader, name) throws(SnapshotError) in
            switch name {
            case "event": event = try reader.positive()
            case "kind": kind = try reader.text()
            case "actor": actor = try reader.text()
            case "node": node = reader.null() ? nil : try reader.value(NodeName.init)
            case "reason": reason = try reader.text(limit: reasonByteLimit, mayBeEmpty: true)
            case "moved_share": movedShare = try reader.share()
            case "cold_share": coldShare = try reader.share()
            default: try reader.skipValue()
            }
        }
        return Snapshot.Change(
            event: EventID(try present(event, "event")),
            kind: try present(kind, "kind"),
            actor: try present(actor, "actor"),
            node: node,
            reason: try present(reason, "reason"),
            movedShare: try present(movedShare, "moved_share"),
            coldShare: try present(coldShare, "cold_share")
        )
    }

    mutating func dialect() throws(SnapshotError) -> (choice: DialectChoice, keyHash: String) {
        var (name, keyHash): (String?, String?)
        var options: [DialectChoice.Option]?
        try eachMember { (reader, member) throws(SnapshotError) in
            switch member {
            case "name": name = try reader.text()
            case "key_hash": keyHash = try reader.text()
            case "options": options = try reader.options()
            default: try reader.skipValue()
            }
        }
        let choice = DialectChoice(name: try present(name, "name"), options: try present(options, "options"))
        return (choice, try present(keyHash, "key_hash"))
    }

    private mutating func options() throws(SnapshotError) -> [DialectChoice.Option] {
        var options: [DialectChoice.Option] = []
        try eachMember { (reader, name) throws(SnapshotError) in
            guard options.count < optionLimit else {
                throw SnapshotError(.tooLarge, problem: "more than \(optionLimit) options")
            }
            // A '=' in a name would make two different options the same line of the digest.
            guard (1...textByteLimit).contains(name.utf8.count), name.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x3D })
            else { throw SnapshotError(.invalidValue, problem: "'\(printable(name))' is not the name of an option") }
            options.append(.init(name: name, value: try reader.text(mayBeEmpty: true)))
        }
        return options
    }

    mutating func continuum(limits: SnapshotLimits) throws(SnapshotError) -> Snapshot.Continuum {
        var (hashes, slots): ([UInt32]?, [UInt32]?)
        try eachMember { (reader, name) throws(SnapshotError) in
            switch name {
            case "hashes": hashes = try reader.words()
            case "slots": slots = try reader.words()
            default: try reader.skipValue()
            }
        }
        let (points, owners) = (try present(hashes, "hashes"), try present(slots, "slots"))
        guard points.count == owners.count, !points.isEmpty else {
            throw SnapshotError(.invalidValue, problem: "\(points.count) points with \(owners.count) owners")
        }
        guard points.count <= limits.points else {
            throw SnapshotError(.tooLarge, problem: "\(points.count) points, and \(limits.points) are the limit")
        }
        guard zip(points, points.dropFirst()).allSatisfy({ $0 <= $1 }) else {
            throw SnapshotError(.invalidValue, member: "hashes", problem: "the points are not in rising order")
        }
        return Snapshot.Continuum(hashes: points, slots: owners)
    }

    mutating func signature() throws(SnapshotError) -> Snapshot.Signature {
        var keyID: String?
        var ed25519: [UInt8]?
        try eachMember { (reader, name) throws(SnapshotError) in
            switch name {
            case "key_id": keyID = try reader.text()
            case "ed25519": ed25519 = try reader.base64()
            default: try reader.skipValue()
            }
        }
        let bytes = try present(ed25519, "ed25519")
        guard bytes.count == 64 else {
            throw SnapshotError(.invalidValue, member: "ed25519", problem: "\(bytes.count) bytes instead of 64")
        }
        return Snapshot.Signature(keyID: try present(keyID, "key_id"), ed25519: bytes)
    }

    private mutating func base64() throws(SnapshotError) -> [UInt8] {
        guard let bytes = Base64.decoded(try string()) else {
            throw SnapshotError(.invalidValue, problem: "is not base64")
        }
        return bytes
    }

    private mutating func words() throws(SnapshotError) -> [UInt32] {
        guard let words = [UInt32](littleEndianBytes: try base64()) else {
            throw SnapshotError(.invalidValue, problem: "is not a list of 32-bit numbers")
        }
        return words
    }

    /// Reads an object, with errors that name the member.
    mutating func eachMember(
        _ read: (inout JSONReader, String) throws(SnapshotError) -> Void
    ) throws(SnapshotError) {
        try beginObject()
        while let name = try nextMember() {
            do throws(SnapshotError) {
                try read(&self, name)
            } catch {
                throw error.inside(name)
            }
        }
    }
}

/// Runs a check of RingCore, and says its refusal as an error about the file.
func valid<Value>(_ check: () throws(ValidationError) -> Value) throws(SnapshotError) -> Value {
    do throws(ValidationError) {
        return try check()
    } catch {
        throw SnapshotError(.invalidValue, problem: error.problem)
    }
}

extension Share {
    /// A JSON number from 0 to 1, cut to parts; `nil` outside of that range.
    ///
    /// At most 19 digits after the point count, which is finer than a part.
    fileprivate init?(jsonNumber text: String) {
        let parts = text.utf8.split(maxSplits: 1, omittingEmptySubsequences: false) { $0 | 0x20 == 0x65 }
        guard let mantissa = parts.first, mantissa.first != 0x2D else { return nil }
        let exponent = parts.count == 2 ? Int(String(decoding: parts[1], as: UTF8.self)) : 0
        let point = mantissa.split(separator: 0x2E, maxSplits: 1, omittingEmptySubsequences: false)
        guard let whole = point.first, let exponent, exponent.magnitude <= 1000 else { return nil }
        let fraction = point.count == 2 ? Array(point[1]) : []
        let digits = Array(whole) + fraction
        // The place of the point among the digits, once the exponent has moved it.
        let place = whole.count + exponent
        var units: UInt64 = 0
        for index in 0..<max(place, 0) {
            let digit = index < digits.count ? UInt64(digits[index] - 0x30) : 0
            guard units <= 1 else { return nil }
            units = units * 10 + digit
        }
        var numerator: UInt64 = 0
        for index in place..<place + 19 {
            numerator = numerator * 10 + (digits.indices.contains(index) ? UInt64(digits[index] - 0x30) : 0)
        }
        guard units == 0 || (units == 1 && numerator == 0) else { return nil }
        self = units == 1 ? .whole : Share(numerator, of: 10_000_000_000_000_000_000)
    }
}
