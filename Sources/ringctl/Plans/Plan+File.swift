import FoundationEssentials
import Glibc
import RingAPI
import RingCore

extension Plan {
    /// As long as an answer of the daemon, and the request beside it.
    private static let byteLimit = 64 << 20

    /// Reads a plan file; `-` is standard input.
    ///
    /// - Throws: `CommandFailure` of status 65 for a file that cannot be read, is no plan, or was edited.
    static func reading(_ path: String) throws -> Plan {
        let bytes = try InputFile.contents(of: path, limit: byteLimit)
        let name = path == "-" ? "standard input" : path.onOneLine
        let json: JSONDocument
        do {
            json = try JSONDocument(parsing: bytes)
        } catch {
            throw CommandFailure(
                in: name,
                at: TextPosition(line: error.line, column: error.column),
                error.problem,
                hint: "a plan is JSON, made with 'ringctl plan … --save FILE'; a roster file is taken with -f"
            )
        }
        guard let content = json["plan"], let preview = json["preview"], case .string(let seal)? = json["seal"]?.value,
            case .object(let members) = json.value
        else {
            throw CommandFailure(
                .badData,
                "\(name): this is no plan",
                hint: "make one with 'ringctl plan … --save FILE'; a roster file is taken with -f"
            )
        }
        guard json["schema"]?.value == .integer(Self.schema) else {
            throw CommandFailure(
                .badData,
                "\(name): the plan is of a form that this ringctl does not know",
                hint: "use the ringctl that made it, or make the plan anew"
            )
        }
        guard seal == Seal.text(over: .object(members.filter { $0.name != "seal" })) else {
            throw CommandFailure(
                .badData,
                "\(name): the plan was edited after it was made",
                hint: "it is carried out as it was seen or not at all: make it anew with 'ringctl plan'"
            )
        }
        do {
            return Plan(
                promise: try content.decode(Promise.self, unknownMembers: .refused),
                preview: preview.value,
                result: try preview.decode()
            )
        } catch {
            throw CommandFailure(
                .badData,
                "\(name): \(error.path.isEmpty ? "the plan" : "'\(printable(error.path))'") \(error.problem)",
                hint: "use the ringctl that made it, or make the plan anew"
            )
        }
    }

    /// Writes the plan file, whole or not at all.
    ///
    /// - Throws: `CommandFailure` of status 65 where that does not go.
    func write(to path: String) throws {
        let text = try json().prettyText + "\n"
        // What is no file, as /dev/stdout, is written as it is.
        var status = stat()
        let isSpecial = stat(path, &status) == 0 && status.st_mode & S_IFMT != S_IFREG
        do {
            try Data(text.utf8).write(to: URL(filePath: path), options: isSpecial ? [] : [.atomic])
        } catch {
            throw CommandFailure(
                .badData,
                "\(path.onOneLine): the plan cannot be written",
                hint: "check the path, the room on the disk and who may write there"
            )
        }
    }
}
