import Foundation

/// The checkout that the tests were built from.
enum Tree {
    static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// A file of the checkout.
    struct File {
        /// Relative to the checkout.
        let path: String

        var name: String { String(path.split(separator: "/").last ?? "") }
        var stem: String { String(name.prefix { $0 != "." }) }

        func text() throws -> String {
            try String(contentsOf: Tree.root.appendingPathComponent(path), encoding: .utf8)
        }

        func lines() throws -> [String] {
            try text().split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        }
    }

    static func file(_ path: String) -> File { File(path: path) }

    /// Every file below the places that ends in one of the endings, by path; what was built is left out.
    static func files(below places: [String], ending: [String]) throws -> [File] {
        var found: [String] = []
        for place in places {
            let url = root.appendingPathComponent(place)
            var isDirectory: ObjCBool = false
            guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isDirectory) else { continue }
            guard isDirectory.boolValue else {
                found.append(place)
                continue
            }
            let entries = FileManager.default.enumerator(atPath: url.path)
            while let entry = entries?.nextObject() as? String {
                let isBuilt = entry.contains(".build") || entry.contains("__pycache__") || entry.contains(".egg-info")
                if !isBuilt { found.append("\(place)/\(entry)") }
            }
        }
        return found.filter { path in ending.contains { path.hasSuffix($0) } }.sorted().map(File.init)
    }
}

extension String {
    var trimmed: String { trimmingCharacters(in: .whitespaces) }
}
