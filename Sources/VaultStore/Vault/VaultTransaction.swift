/// The verbs of a vault's database; valid only inside the closure that is given it.
///
/// Those that change something throw `.misuse` or `.denied` inside `read`.
public struct VaultTransaction {
  /// The statements underneath, for a caller's own questions.
  public let sql: DatabaseTransaction
}
