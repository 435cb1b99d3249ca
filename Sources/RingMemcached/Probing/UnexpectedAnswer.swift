import RingCore

/// Tells what it means that a server said something else than it was asked for.
enum UnexpectedAnswer {
    /// Judges a line that was not expected.
    ///
    /// Clean text that begins with no word of memcached, as the first thing on a connection or in an exchange, comes
    /// from another protocol: waiting will not help, so it is hard. Everything else may be a passing trouble or damage.
    static func failure(_ line: Span<UInt8>, isFirst: Bool) -> ProbeFailure {
        let words = line.printable(limit: 96)
        if line.hasPrefix("ERROR Too many open connections") {
            return ProbeFailure(.soft, "too many open connections")
        }
        if line.hasPrefix("SERVER_ERROR") {
            return ProbeFailure(
                .soft,
                "server error: \(line.count > 13 ? line.extracting(13...).printable(limit: 96) : "")"
            )
        }
        if isFirst, !isDamaged(line), !beginsWithAWordOfMemcached(line) {
            return ProbeFailure(.hard, "not memcached: \(words)")
        }
        return ProbeFailure(.soft, "malformed answer: \(words)")
    }

    /// Other protocols end their lines without a carriage return, or with one that was not cut yet.
    private static func isDamaged(_ line: Span<UInt8>) -> Bool {
        let length = line.count > 0 && line[line.count - 1] == 0x0D ? line.count - 1 : line.count
        return length == 0 || !line.extracting(0..<length).isPrintable
    }

    private static func beginsWithAWordOfMemcached(_ line: Span<UInt8>) -> Bool {
        line.hasPrefix("ERROR") || line.hasPrefix("CLIENT_ERROR") || line.hasPrefix("VERSION") || line.hasPrefix("STAT")
            || line.hasPrefix("END") || line.hasPrefix("VALUE") || line.hasPrefix("STORED")
            || line.hasPrefix("NOT_") || line.hasPrefix("DELETED") || line.hasPrefix("EXISTS") || line.isText("OK")
            || line.isText("MN") || line.isText("EN") || line.isText("HD") || line.hasPrefix("VA ")
            || line.isText("NF") || line.isText("NS") || line.isText("EX")
    }
}
