extension VaultTransaction {
  /// A value kept under a name; nil when there is none.
  ///
  /// Sealed by the caller if it tells content.
  public func meta(_ name: String) throws -> [UInt8]? {
    try sql.first("SELECT value FROM meta WHERE name = ?", [.text(name)]) { $0.bytes(0) }
  }

  /// Keeps a value under a name, in place of what was there; nil removes it.
  public func setMeta(_ name: String, to value: [UInt8]?) throws {
    if let value {
      try sql.run(
        "INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)", [.text(name), .bytes(value)])
    } else {
      try sql.run("DELETE FROM meta WHERE name = ?", [.text(name)])
    }
  }
}
