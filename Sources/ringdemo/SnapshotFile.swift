import Foundation

/// What the demonstration reads of a snapshot itself, as any program could.
struct SnapshotFile: Decodable {
    let version: Int
    let slots: [Slot]

    struct Slot: Decodable {
        let node: String
    }

    init(path: String) throws {
        self = try JSONDecoder().decode(Self.self, from: Data(contentsOf: URL(fileURLWithPath: path)))
    }
}
