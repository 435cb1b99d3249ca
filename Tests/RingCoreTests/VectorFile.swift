import Foundation

@testable import RingCore

/// Placements recorded from one real client: `Vectors/<dialect>.json`.
///
/// Options stand as pairs, because their order matters to some clients.
struct VectorFile: Decodable {
    struct Server: Decodable {
        var host: String
        var port: UInt16?
        var weight: Double?
        var name: String?
        var ip: String?
        var label: String?
    }

    struct Case: Decodable {
        var name: String
        var options: [[String]]
        var servers: [Server]
        var keys: [String]
        var owners: [Int]
        var point_count: Int?
        var points_sample: [[Int64]]?
        var points_sha256: String?
        var arc_shares: [UInt64]?
    }

    var dialect: String
    var cases: [Case]

    static let names: [String] = Dialect.all.map(\.name)

    static func load(_ name: String) throws -> VectorFile {
        try JSONDecoder().decode(VectorFile.self, from: data(name))
    }

    static func data(_ name: String) throws -> Data {
        let url = Bundle.module.url(forResource: name, withExtension: "json", subdirectory: "Vectors")
        return try Data(contentsOf: require(url: url, name))
    }
}

private func require(url: URL?, _ name: String) throws -> URL {
    guard let url else { throw CocoaError(.fileNoSuchFile, userInfo: [NSFilePathErrorKey: name]) }
    return url
}

extension VectorFile.Case {
    func choice(_ dialect: String) -> DialectChoice {
        DialectChoice(name: dialect, options: options.map { .init(name: $0[0], value: $0[1]) })
    }

    var dialectServers: [DialectServer] {
        servers.map {
            DialectServer(host: $0.host, port: $0.port, weight: $0.weight, name: $0.name, ip: $0.ip, label: $0.label)
        }
    }
}
