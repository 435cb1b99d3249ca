import Testing

@testable import RingCore

/// Goal: the same owner for every key as the real client, and the same ring where it could be read.
///
/// Method: every recorded placement of every file, without exception.
struct VectorTests {
    @Test(arguments: VectorFile.names)
    func placesEveryRecordedKeyAsTheClientDoes(dialect: String) throws {
        let file = try VectorFile.load(dialect)
        #expect(file.dialect == dialect)
        #expect(!file.cases.isEmpty)
        for record in file.cases {
            let ring = try Ring(evaluating: record.choice(dialect), servers: record.dialectServers)
            var differences: [String] = []
            for (key, owner) in zip(record.keys, record.owners) where ring.owner(ofKey: key) != owner {
                differences.append("\(key): \(ring.owner(ofKey: key)), recorded \(owner)")
            }
            #expect(
                differences.isEmpty,
                "\(record.name): \(differences.count) of \(record.keys.count), \(differences.prefix(2))"
            )
        }
    }

    @Test(arguments: VectorFile.names)
    func buildsTheRecordedRing(dialect: String) throws {
        for record in try VectorFile.load(dialect).cases {
            let ring = try Ring(evaluating: record.choice(dialect), servers: record.dialectServers)
            if let count = record.point_count { #expect(ring.pointCount == count, "\(record.name)") }
            if let sample = record.points_sample {
                let all = ring.points
                let ends = all.count > 12 ? Array(all.prefix(8) + all.suffix(4)) : all
                let points = ends.map { [$0.point, Int64($0.slot)] }
                #expect(points.elementsEqual(sample), "\(record.name)")
            }
            if let digest = record.points_sha256 {
                var hash = SHA256()
                for (point, slot) in ring.points { hash.update("\(point) \(slot)\n") }
                #expect(hash.finalize().hexadecimal == digest, "\(record.name)")
            }
            if let arcs = record.arc_shares {
                #expect(ring.shares == arcs.map { Share(of32BitHashes: $0) }, "\(record.name)")
            }
        }
    }
}

extension [UInt8] {
    var hexadecimal: String { map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() }
}
