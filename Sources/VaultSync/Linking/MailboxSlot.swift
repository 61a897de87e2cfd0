/// The three messages that go through a mailbox, in their order.
public enum MailboxSlot: String, Sendable, Hashable, CaseIterable {
  /// From the device that opens the mailbox.
  case offer
  /// From the new device.
  case answer
  /// From the device that opened it: the new device is in, or the code is dead.
  case reply

  /// Whether the owner's device writes it: with an invocation; the other side has none.
  public var isOwners: Bool { self != .answer }
}
