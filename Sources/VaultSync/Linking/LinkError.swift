/// Why a linking ended without a new device.
public enum LinkError: Error, Equatable, Sendable {
  /// The other side does not know the words, or somebody in between changed something.
  case wrongCode
  /// The other side gave the code up.
  case deadCode
  /// The mailbox's node is not the one that the offer names.
  case anotherNode
}
