/// This home was found to be a copy while it was in use, and is a new device from now on: open the
/// vault again and go on.
public struct HomeRenewed: Error, Sendable, CustomStringConvertible {
  /// What happened, in one sentence.
  public let description: String
}
