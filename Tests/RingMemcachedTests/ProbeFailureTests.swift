import NIOCore
import RingCore
import Testing

@testable import RingMemcached

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

struct ProbeFailureTests {
    @Test(arguments: [ECONNREFUSED, ECONNRESET, EPIPE, EHOSTUNREACH, ENETUNREACH, ENOENT, ENOTSOCK, EPROTO])
    func callsAnAddressWhereNobodyAnswersHard(_ code: CInt) {
        #expect(ProbeFailure(errno: code).class == .hard)
        #expect(ProbeFailure(IOError(errnoCode: code, reason: "connect")).class == .hard)
    }

    @Test(arguments: [ETIMEDOUT, EAGAIN, EINVAL, 9999])
    func callsWhatMayPassSoft(_ code: CInt) {
        #expect(ProbeFailure(errno: code).class == .soft)
    }

    @Test(arguments: [
        EMFILE, ENFILE, ENOMEM, ENOBUFS, EADDRNOTAVAIL, EPERM, EACCES, ENETDOWN, EAFNOSUPPORT,
    ])
    func neverBlamesTheNodeForTheTroubleOfThisMachine(_ code: CInt) {
        #expect(ProbeFailure(errno: code).class == .local)
    }

    @Test func countsTheWorstOfSeveralAddresses() {
        let (local, soft, hard) = (ProbeFailure(.local, "l"), ProbeFailure(.soft, "s"), ProbeFailure(.hard, "h"))
        #expect(local.worse(than: nil) == local)
        #expect(local.worse(than: hard) == hard)
        #expect(hard.worse(than: soft) == hard)
        #expect(soft.worse(than: local) == soft)
    }
}
