import Yams

extension DocumentValue {
    /// Reads a YAML document, each key and value with its place.
    ///
    /// What an alias stands for counts each time against the limit on values: a document of a few kilobytes could stand
    /// for gigabytes.
    ///
    /// - Throws: `DocumentError` at the first thing that is not YAML, repeated or beyond a limit.
    package init(yaml text: String) throws(DocumentError) {
        let node: Node?
        do {
            node = try Parser(yaml: text).singleRoot()
        } catch let error as YamlError {
            throw DocumentError(error)
        } catch {
            throw DocumentError(at: Place(line: 1, column: 1), "\(error)", hint: "write it as YAML")
        }
        guard let node else {
            self.init(place: Place(line: 1, column: 1), content: .other("nothing"))
            return
        }
        var room = Self.valueLimit
        try self.init(node, depth: 0, &room)
    }

    /// A roster is three levels deep.
    private static let depthLimit = 16
    /// Ten thousand nodes with all they can have, and some more.
    private static let valueLimit = 400_000

    private init(_ node: Node, depth: Int, _ room: inout Int) throws(DocumentError) {
        let place = Place(node.mark)
        guard depth < Self.depthLimit else {
            throw DocumentError(at: place, "is nested too deep", hint: "use at most \(Self.depthLimit) levels")
        }
        room -= 1
        guard room > 0 else {
            throw DocumentError(
                at: place,
                "there are more than \(Self.valueLimit) values",
                hint: "split the file, and write aliases out"
            )
        }
        switch node {
        case .alias: throw DocumentError(at: place, "is an alias of nothing", hint: "write the value out")
        case .scalar(let scalar): self.init(place: place, content: Self.content(of: scalar, node))
        case .sequence(let sequence):
            var elements: [DocumentValue] = []
            for element in sequence { elements.append(try DocumentValue(element, depth: depth + 1, &room)) }
            self.init(place: place, content: .list(elements))
        case .mapping(let mapping):
            var entries: [Entry] = []
            for (key, value) in mapping {
                guard let name = key.scalar?.string else {
                    throw DocumentError(at: Place(key.mark), "is no key", hint: "use a plain name as the key")
                }
                let inner = try DocumentValue(value, depth: depth + 1, &room)
                entries.append(Entry(name: name, place: Place(key.mark), value: inner))
            }
            self.init(place: place, content: .table(entries))
        }
    }

    /// A quoted word is a text; a plain one is what YAML 1.2 says it is, so `yes` and `off` are texts.
    private static func content(of scalar: Node.Scalar, _ node: Node) -> Content {
        guard scalar.style == .plain || scalar.style == .any else { return .text(scalar.string) }
        switch scalar.string {
        case "", "~", "null", "Null", "NULL": return .other("nothing")
        case "true", "True", "TRUE": return .truth(true)
        case "false", "False", "FALSE": return .truth(false)
        case let word:
            if let number = Int64(word), word.utf8.first != 0x2B { return .integer(number) }
            // 'nan' and 'inf' are words here.
            let isNumber = word.utf8.contains { (0x30...0x39).contains($0) } && Double(word) != nil
            return isNumber ? .other("a decimal number") : .text(word)
        }
    }
}

extension DocumentValue.Place {
    fileprivate init(_ mark: Mark?) {
        self.init(line: max(1, mark?.line ?? 1), column: max(1, mark?.column ?? 1))
    }
}

extension DocumentError {
    fileprivate init(_ error: YamlError) {
        let hint = "write it as YAML: KEY: VALUE, lists with '- ', spaces for indentation"
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            self.init(at: .init(mark), problem, hint: hint)
        case .duplicatedKeysInMapping(let duplicates, let context):
            let names = duplicates.sorted().joined(separator: "', '")
            self.init(at: .init(context.mark), "the key '\(names)' stands twice", hint: "keep one of them")
        default: self.init(at: .init(line: 1, column: 1), "\(error)", hint: hint)
        }
    }
}
