import NIOCore
import NIOSSL
import RingCore
import RingMemcached

/// How a client protects its connections with TLS.
///
/// ```swift
/// let tls = try MemcachedTLS(trusting: "/etc/cache/ca.pem")
/// let cache = MemcachedClient(ring: ring, tls: tls)
/// ```
///
/// All servers of a client are spoken to in the same way. The certificate of a server is checked unless that is
/// switched off, and TLS 1.2 is the least that is spoken. Files are read once, here: a new certificate needs a new
/// value, and a new client.
public struct MemcachedTLS: Sendable {
    let security: ChannelSecurity

    /// What is checked of a server's certificate.
    public enum Verification: Hashable, Sendable, CaseIterable {
        /// That it was issued by whom one trusts, and for the host of the node or the IP address it is reached at.
        case certificateAndName
        /// That it was issued by whom one trusts, for whatever name.
        case certificateOnly
        /// Nothing: whoever stands in between can read and change everything.
        case nothing
    }

    /// Reads what is needed.
    ///
    /// - Parameters:
    ///   - trusted: a PEM file with the certificates of those who may issue servers' certificates; `nil` trusts whom
    ///     the system trusts.
    ///   - certificate: a PEM file with the certificate, and what leads to its issuer, that this program shows.
    ///   - privateKey: a PEM file with the key that belongs to it.
    ///   - serverName: the name that certificates must have, where it is not the host of the node: for servers that are
    ///     named by IP address or by a Unix socket.
    ///   - verification: what is checked of a server's certificate.
    /// - Throws: ``MemcachedError/Code/invalidTLS``, which names the file.
    public init(
        trusting trusted: String? = nil,
        certificate: String? = nil,
        privateKey: String? = nil,
        serverName: String? = nil,
        verification: Verification = .certificateAndName
    ) throws(MemcachedError) {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        // How long a closed connection waits for the server's farewell.
        configuration.shutdownTimeout = .seconds(1)
        configuration.certificateVerification =
            switch verification {
            case .certificateAndName: .fullVerification
            case .certificateOnly: .noHostnameVerification
            case .nothing: .none
            }
        if let trusted {
            configuration.trustRoots = .certificates(try Self.certificates(in: trusted))
        }
        switch (certificate, privateKey) {
        case (let certificate?, let privateKey?):
            configuration.certificateChain = try Self.certificates(in: certificate).map { .certificate($0) }
            configuration.privateKey = .privateKey(try Self.privateKey(in: privateKey))
        case (nil, nil): break
        case (_?, nil), (nil, _?):
            throw MemcachedError(.invalidTLS, "a certificate and its private key are given together or not at all")
        }
        let context: NIOSSLContext
        do {
            context = try NIOSSLContext(configuration: configuration)
        } catch {
            throw MemcachedError(.invalidTLS, "the certificate and the private key do not belong together")
        }
        if let serverName {
            do {
                _ = try NIOSSLClientHandler(context: context, serverHostname: serverName)
            } catch {
                throw MemcachedError(.invalidTLS, "'\(printable(serverName))' cannot be the name in a certificate")
            }
        }
        security = ChannelSecurity { channel, address in
            let name = serverName ?? Self.name(of: address)
            let handler = try NIOSSLClientHandler(context: context, serverHostname: name)
            try channel.pipeline.syncOperations.addHandler(handler)
        } describe: { error in
            Self.describe(error)
        }
    }

    private static func certificates(in path: String) throws(MemcachedError) -> [NIOSSLCertificate] {
        let certificates: [NIOSSLCertificate]
        do {
            certificates = try NIOSSLCertificate.fromPEMFile(path)
        } catch {
            throw MemcachedError(.invalidTLS, "\(printable(path)) cannot be read as certificates in PEM")
        }
        guard !certificates.isEmpty else {
            throw MemcachedError(.invalidTLS, "\(printable(path)) has no certificate")
        }
        return certificates
    }

    private static func privateKey(in path: String) throws(MemcachedError) -> NIOSSLPrivateKey {
        do {
            return try NIOSSLPrivateKey(file: path, format: .pem)
        } catch {
            throw MemcachedError(.invalidTLS, "\(printable(path)) cannot be read as a private key in PEM")
        }
    }

    /// The name that a server's certificate must have; `nil` where it must have the IP address.
    private static func name(of address: NodeAddress) -> String? {
        guard let port = address.port else { return nil }
        return (try? SocketAddress(ipAddress: address.host, port: Int(port))) == nil ? address.host : nil
    }

    private static func describe(_ error: any Error) -> String? {
        switch error {
        case NIOSSLError.handshakeFailed(let reason):
            return String(describing: reason).contains("CERTIFICATE_VERIFY_FAILED")
                ? "the server's certificate is not trusted" : "the TLS handshake failed"
        case NIOSSLError.unableToValidateCertificate: return "the server's certificate is for another name"
        case let error as NIOSSLExtraError where error == .failedToValidateHostname:
            return "the server's certificate is for another name"
        case NIOSSLError.uncleanShutdown: return "the server closed the connection"
        case is NIOSSLError, is NIOSSLExtraError, is BoringSSLError: return "the TLS connection failed"
        default: return nil
        }
    }
}
