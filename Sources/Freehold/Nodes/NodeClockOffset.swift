import Synchronization
import VaultEncoding

/// How far a node's clock is from this device's: requests are signed for the node's time.
///
/// A request counts for minutes only, so a device whose clock is off would be refused everywhere.
/// The refusal tells the node's time. A node that lies about it gains nothing: the request names
/// the node, so nobody else takes it, and the node could have taken it without looking at the time.
final class NodeClockOffset: Sendable {
  /// Clocks that are nearer than this are not why a request was refused.
  static let leastMilliseconds: Int64 = 30_000

  private let offset = Mutex<Int64>(0)

  /// What to add to this device's clock.
  var milliseconds: Int64 { offset.withLock { $0 } }

  /// Takes in what a refusal says.
  ///
  /// Returns whether the request was signed for a time so far from the node's that it is worth
  /// signing it again.
  func learn(node: Timestamp, own: Timestamp, used: Int64) -> Bool {
    let difference = node.milliseconds.subtractingReportingOverflow(own.milliseconds)
    guard !difference.overflow else { return false }
    let error = difference.partialValue.subtractingReportingOverflow(used)
    guard !error.overflow, error.partialValue.magnitude > UInt64(Self.leastMilliseconds) else {
      return false
    }
    offset.withLock { $0 = difference.partialValue }
    return true
  }
}
