import FoundationEssentials
import GRDB

/// Bytes as a column value.
func blob(_ bytes: [UInt8]) -> DatabaseValue { Data(bytes).databaseValue }

extension Row {
    /// The bytes of a BLOB column.
    func bytes(_ column: String) -> [UInt8] { [UInt8](self[column] as Data) }
}
