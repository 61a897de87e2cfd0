public import VaultEnvironment

/// The database of one vault on one device.
///
/// It holds what is sealed or already public to nodes, and tokens that are keyed hashes; whoever
/// copies the file learns sizes and counts, not names or content (docs/spec/local-store.md).
public final class VaultDatabase: Sendable {
  /// The file's name in the home.
  public static let fileName = "vault.db"

  /// The file underneath, for checks and maintenance.
  public let database: Database

  /// Opens the database of a home; makes it when there is none.
  public init(of home: DiskPath, on disk: any Disk, isReadOnly: Bool = false) throws {
    database = try Database(
      home.appending(Self.fileName), schema: VaultSchema.schema, disk: disk, isReadOnly: isReadOnly)
  }

  /// Runs a closure that changes nothing, on one state of the database.
  public func read<Result>(_ body: (VaultTransaction) throws -> Result) throws -> Result {
    try database.read { try body(VaultTransaction(sql: $0)) }
  }

  /// Runs a closure in one transaction: durable as a whole when this returns, or nothing of it.
  public func write<Result>(_ body: (VaultTransaction) throws -> Result) throws -> Result {
    try database.write { try body(VaultTransaction(sql: $0)) }
  }
}
