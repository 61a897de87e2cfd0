/// The version of the node's program.
public enum NodeVersion {
  /// As printed by `freehold-node version`.
  public static let text = "0.1.0"
}
