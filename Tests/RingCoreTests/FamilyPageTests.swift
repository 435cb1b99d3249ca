import Foundation
import RingCore
import Testing

/// The figures on the pages about dialects are those that the rings have.
@Suite struct FamilyPageTests {
    private static let folder = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Sources/RingCore/Documentation.docc")

    /// The rows of the tables on all pages: the dialect, and the cells that follow.
    private static let rows: [(page: String, dialect: String, cells: [String])] = {
        let pages = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return pages.sorted().filter { $0.hasSuffix("Family.md") }.flatMap { page in
            let text = (try? String(contentsOf: folder.appendingPathComponent(page), encoding: .utf8)) ?? ""
            return text.split(separator: "\n").filter { $0.hasPrefix("| `") }.map { line in
                let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
                return (page, cells[0].replacing("`", with: ""), Array(cells.dropFirst()))
            }
        }
    }()

    @Test func everyDialectStandsOnOnePage() {
        let named = Self.rows.map(\.dialect)
        #expect(named.sorted() == Dialect.all.map(\.name).filter { $0 != "pinned-ketama" }.sorted())
    }

    @Test(arguments: Dialect.all.map(\.name).filter { $0 != "pinned-ketama" })
    func removalMovesWhatThePageSays(dialect name: String) throws {
        let dialect = try Dialect.named(name)
        let row = try #require(Self.rows.first { $0.dialect == name })
        var expected: [String] = []
        var method = ""
        for count in [10, 50, 100] {
            let movement = try dialect.removal(from: count)
            for share in [movement.own, movement.collateral] {
                expected.append(share.percentText.replacing("%", with: " %"))
            }
            method = String(movement.method.prefix { $0 != "," }.split(separator: " over")[0])
        }
        #expect(row.cells == expected + [method])
    }

    @Test func pinnedKetamaHasNoCollateral() throws {
        for count in [2, 10, 50, 100] {
            #expect(try Dialect.named("pinned-ketama").removal(from: count).collateral == .none)
        }
    }
}
