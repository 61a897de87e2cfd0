/// What managers do; each is also a kind of policy entry.
///
/// docs/spec/requests.md, "Commands".
public enum AdminAct: String, Hashable, Sendable, CaseIterable {
  /// Let somebody in.
  case grant
  /// Put somebody out.
  case revoke
  /// Start a key, or seal one to somebody.
  case epoch
  /// Name a unit of read access.
  case scope
  /// Change a setting.
  case settings
  /// Fix which operations of an expired grant count.
  case seal

  /// The command that a manager must hold for it.
  public var command: Command { Command(known: "/vault/admin/\(rawValue)") }
}
