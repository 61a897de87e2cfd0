/// The commands that roles are made of.
///
/// docs/spec/requests.md, "Roles".
extension Command {
  /// Everything in a vault: a device of the owner.
  public static let vault = Command(known: "/vault")
  /// Fetch ciphertext.
  public static let pull = Command(known: "/vault/pull")
  /// Store ciphertext.
  public static let push = Command(known: "/vault/push")
  /// Author operations.
  public static let edit = Command(known: "/vault/edit")
  /// Author operations that take nothing away: new things, new contents, other attributes.
  public static let additions = [
    Command(known: "/vault/edit/put"), Command(known: "/vault/edit/meta"),
  ]
  /// Challenge nodes.
  public static let audit = Command(known: "/vault/audit")
  /// Make lost ciphertext again.
  public static let repair = Command(known: "/vault/repair")

  /// What a holder needs on other nodes: to copy, to be copied to, and to repair.
  public static let holder: [Command] = [pull, push, repair]
  /// What a reader needs.
  public static let reader: [Command] = [pull]
  /// What a writer needs.
  public static let writer: [Command] = [pull, push, edit]
}
