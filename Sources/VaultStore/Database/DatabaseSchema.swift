/// What a database file is, and the steps that lead to its present form.
public struct DatabaseSchema: Sendable {
  /// SQLite's `application_id`: says whose file it is.
  public let applicationID: Int32
  /// One script per version: the n-th leads from version n − 1 to version n.
  ///
  /// Never edited once released; `user_version` counts those that have been run.
  public let migrations: [String]

  /// Describes a schema.
  public init(applicationID: Int32, migrations: [String]) {
    self.applicationID = applicationID
    self.migrations = migrations
  }

  /// The version that this program writes.
  public var version: Int { migrations.count }
}
