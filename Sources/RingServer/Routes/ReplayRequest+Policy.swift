import RingAPI
import RingCore
import RingPlanner

extension ReplayRequest {
    /// The default policy with the values of the request.
    ///
    /// - Throws: `Refusal` about the first key or value that is not acceptable, or about a contradiction.
    var wholePolicy: Policy {
        get throws(Refusal) {
            var whole = Policy()
            for pair in policy.pairs { try whole.set(pair.name, to: pair.value) }
            try whole.validate()
            return whole
        }
    }

    /// A version, or the one that was current at a time.
    var beginning: RingSelection {
        get throws(Refusal) {
            if !since.isEmpty, since.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
                let number = Int64(since), (1...RingVersion.limit).contains(number)
            {
                return .version(RingVersion(number))
            }
            guard let time = WallTime(rfc3339: since) else {
                throw Refusal(
                    .invalid,
                    field: "since",
                    problem: "'\(printable(since))' is neither a version nor a time",
                    hint: "write it as 41, or as 2026-11-22T10:35:00Z"
                )
            }
            return .at(time)
        }
    }
}
