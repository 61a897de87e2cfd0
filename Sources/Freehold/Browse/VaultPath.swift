/// A path inside a vault, as a person types it: names as bytes, from the root down.
public struct VaultPath: Hashable, Sendable {
  /// The names; none for the root.
  public let names: [[UInt8]]

  /// Takes names as they are.
  public init(_ names: [[UInt8]]) {
    self.names = names
  }

  /// Reads a typed path: slashes separate, a leading one and empty parts are ignored.
  ///
  /// Throws `usage` for `.` and `..`, which mean nothing inside a vault.
  public init(_ text: some Collection<UInt8>) throws {
    names = text.split(separator: UInt8(ascii: "/")).map { Array($0) }.filter { $0 != [46] }
    if names.contains([46, 46]) {
      throw FreeholdError(.usage, "a path inside the vault cannot contain ..")
    }
  }

  /// The names with slashes between them.
  public var bytes: [UInt8] { Array(names.joined(separator: [UInt8(ascii: "/")])) }

  /// The root.
  public static let root = VaultPath([])
}
