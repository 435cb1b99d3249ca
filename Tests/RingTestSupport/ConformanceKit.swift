package import Foundation

/// The kit that readers in every language are held to: snapshots, good and bad, with the verdict on each.
package enum ConformanceKit {
    /// Where its files are.
    package static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Conformance")

    /// All cases, in the order of the kit; empty where its list cannot be read.
    package static let cases: [Case] = {
        struct Cases: Decodable { let cases: [Case] }
        let data = try? Data(contentsOf: folder.appendingPathComponent("cases.json"))
        return data.flatMap { try? JSONDecoder().decode(Cases.self, from: $0).cases } ?? []
    }()

    /// One thing to read, and what a reader makes of it.
    package struct Case: Decodable, Sendable, CustomStringConvertible {
        package let name: String
        /// The file that is read; or else what is to be made of ``recipe``.
        package let file: String?
        package let recipe: Recipe?
        package let pool: String
        /// What the reader has already.
        package let current: Place?
        /// The public keys that it trusts, by their ids.
        package let keys: [String: String]?
        package let verdict: String
        package let reason: String
        /// Other reasons that are as good.
        package let also: [String]?

        package var description: String { name }

        /// The trusted keys as the lines of a key file; `nil` where the reader has none.
        package var keyLines: String? {
            keys.map { keys in keys.map { "ringd-public-key \($0.key) \($0.value)\n" }.sorted().joined() }
        }
    }

    package struct Place: Decodable, Sendable {
        package let epoch: Int64
        package let version: Int64
        package let digest: String
    }

    /// How to make what is no file of the kit.
    package struct Recipe: Decodable, Sendable {
        package let kind: String
        package let to: String?
        package let base: String?
        package let bytes: Int?
        package let head: String?
        package let item: String?
        package let separator: String?
        package let tail: String?
        package let count: Int?
    }

    /// Which slot each key of a list belongs to, ring by ring.
    package struct Placement: Decodable, Sendable {
        package let keys: String
        package let rings: [Ring]

        package struct Ring: Decodable, Sendable {
            package let snapshot: String
            package let owners: String
        }
    }

    package static func placement() throws -> Placement {
        try JSONDecoder().decode(Placement.self, from: contents(of: "placement.json"))
    }

    package static func contents(of file: String) throws -> Data {
        try Data(contentsOf: folder.appendingPathComponent(file))
    }

    package static func lines(of file: String) throws -> [String] {
        try String(decoding: contents(of: file), as: UTF8.self).split(separator: "\n").map(String.init)
    }
}

extension ConformanceKit.Case {
    package struct Incomplete: Error {
        package let name: String
        package let member: String
    }

    /// Puts at a path what the case is about: a file, nothing, or what is no file at all.
    ///
    /// - Throws: ``Incomplete`` for a recipe that lacks something or is unknown, and errors of the file system.
    package func put(at path: String) throws {
        let target = URL(fileURLWithPath: path)
        guard let recipe else { return try ConformanceKit.contents(of: member(file, "file")).write(to: target) }
        switch recipe.kind {
        case "missing": return
        case "directory": try FileManager.default.createDirectory(at: target, withIntermediateDirectories: false)
        case "fifo": guard mkfifo(path, 0o644) == 0 else { throw POSIXError(.EIO) }
        case "symlink":
            let destination = ConformanceKit.folder.appendingPathComponent(try member(recipe.to, "to"))
            try FileManager.default.createSymbolicLink(at: target, withDestinationURL: destination)
        case "unreadable":
            try ConformanceKit.contents(of: member(recipe.base, "base")).write(to: target)
            guard chmod(path, 0) == 0 else { throw POSIXError(.EPERM) }
        case "pad":
            var data = try ConformanceKit.contents(of: member(recipe.base, "base"))
            data.append(Data(repeating: 0x20, count: try member(recipe.bytes, "bytes") - data.count))
            try data.write(to: target)
        case "repeat":
            let item = try member(recipe.item, "item")
            let items = (0..<(try member(recipe.count, "count"))).map { item.replacing("{i}", with: "\($0)") }
            let text = try member(recipe.head, "head") + items.joined(separator: recipe.separator ?? "")
            try Data((text + (recipe.tail ?? "")).utf8).write(to: target)
        default: throw Incomplete(name: name, member: "recipe of a known kind")
        }
    }

    private func member<Value>(_ value: Value?, _ member: String) throws -> Value {
        guard let value else { throw Incomplete(name: name, member: member) }
        return value
    }
}
