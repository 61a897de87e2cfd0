/// What a database file says about itself.
struct FoundVersion {
  let version: Int
  private let applicationID: Int
  private let isEmpty: Bool

  init(_ transaction: DatabaseTransaction) throws {
    applicationID = try transaction.first("PRAGMA application_id") { $0.int(0) } ?? 0
    version = try transaction.first("PRAGMA user_version") { $0.int(0) } ?? 0
    isEmpty = try transaction.first("SELECT 1 FROM sqlite_schema") { _ in true } == nil
  }

  /// Throws `.wrongFile` or `.newerFormat` when the file is not for this program.
  func require(_ schema: DatabaseSchema, in file: String) throws {
    let isNew = applicationID == 0 && version == 0 && isEmpty
    guard isNew || applicationID == Int(schema.applicationID) else {
      throw StoreError(.wrongFile, "this database was not made by this program: \(file)")
    }
    guard version >= 0 else {
      throw StoreError(.corrupt, "the database has the impossible format \(version): \(file)")
    }
    guard version <= schema.version else {
      throw StoreError(
        .newerFormat,
        "this was made by a newer Freehold (format \(version), known is \(schema.version)),"
          + " so update this one: \(file)")
    }
  }
}
