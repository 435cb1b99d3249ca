import NIOCore
import NIOPosix
import RingCore

/// Says in a few words why a connection could not be made or has ended.
enum ConnectionErrorText {
    static func describe(_ error: any Error) -> String {
        guard let error = error as? NIOConnectionError else { return ProbeFailure(error).detail }
        // Each address of a name has an error of its own; the first that was tried is the one people expect.
        if let first = error.connectionErrors.first { return ProbeFailure(first.error).detail }
        return error.dnsAError == nil && error.dnsAAAAError == nil
            ? "timed out while connecting" : "the name does not resolve"
    }
}
