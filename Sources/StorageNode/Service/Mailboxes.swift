import VaultEncoding
import VaultSync

/// The mailboxes of a node: in memory only, a few messages each, gone after ten minutes.
///
/// A value that is told the time; docs/spec/linking.md, "Mailbox".
struct Mailboxes: Sendable {
  /// Who opened a mailbox: the only one who reads the answer and replies.
  struct Owner: Hashable, Sendable {
    let vault: DID
    let device: DID
  }

  private struct Mailbox {
    let owner: Owner
    let openedSeconds: Int64
    var messages: [MailboxSlot: [UInt8]]

    var bytes: Int { messages.values.reduce(0) { $0 + $1.count } }
  }

  private struct Opening {
    let vault: DID
    let seconds: Int64
  }

  private let limits: MailboxLimits
  private var boxes: [MailboxNumber: Mailbox] = [:]
  private var openings: [Opening] = []
  private var bytes = 0

  init(limits: MailboxLimits) {
    self.limits = limits
  }

  var count: Int { boxes.count }

  /// Opens a mailbox with the owner's offer.
  mutating func open(
    _ number: MailboxNumber, offer: [UInt8], by owner: Owner, atSeconds now: Int64
  ) throws(NodeRefusal) {
    expire(at: now)
    if let box = boxes[number] {
      // The answer to the first try may have been lost.
      guard box.owner == owner, box.messages == [.offer: offer] else {
        throw .gap("that mailbox is taken: draw another number")
      }
      return
    }
    guard openings.count(where: { $0.vault == owner.vault }) < limits.openingsPerVaultMax else {
      throw .slowDown(
        afterSeconds: limits.lifetimeSeconds, "this vault has opened many mailboxes already")
    }
    let own = boxes.filter { $0.value.owner.vault == owner.vault }
    if own.count >= limits.countPerVaultMax,
      let oldest = own.min(by: { $0.value.openedSeconds < $1.value.openedSeconds })
    {
      remove(oldest.key)
    }
    guard boxes.count < limits.countMax else {
      throw .slowDown(afterSeconds: 60, "there are as many mailboxes as this node keeps")
    }
    try requireRoom(for: offer.count)
    boxes[number] = Mailbox(owner: owner, openedSeconds: now, messages: [.offer: offer])
    bytes += offer.count
    openings.append(Opening(vault: owner.vault, seconds: now))
  }

  /// Puts a message in its slot, once.
  mutating func put(
    _ message: [UInt8], into slot: MailboxSlot, of number: MailboxNumber, by owner: Owner?,
    atSeconds now: Int64
  ) throws(NodeRefusal) {
    let box = try find(number, for: owner, at: now)
    if let there = box.messages[slot] {
      guard there == message else { throw .gap("the \(slot.rawValue) is there already") }
      return
    }
    try requireRoom(for: message.count)
    boxes[number]?.messages[slot] = message
    bytes += message.count
  }

  /// The message in a slot; nil before it came.
  mutating func message(
    in slot: MailboxSlot, of number: MailboxNumber, for owner: Owner?, atSeconds now: Int64
  ) throws(NodeRefusal) -> [UInt8]? {
    try find(number, for: owner, at: now).messages[slot]
  }

  private mutating func find(
    _ number: MailboxNumber, for owner: Owner?, at now: Int64
  ) throws(NodeRefusal) -> Mailbox {
    expire(at: now)
    // Somebody else's mailbox is none: nothing tells which numbers are taken.
    guard let box = boxes[number], owner == nil || owner == box.owner else {
      throw .absent("there is no such mailbox: it lives for ten minutes")
    }
    return box
  }

  private func requireRoom(for count: Int) throws(NodeRefusal) {
    guard count <= SyncLimits.mailboxMessageBytesMax else {
      throw .tooLarge("a message here has at most \(SyncLimits.mailboxMessageBytesMax) bytes")
    }
    guard bytes + count <= limits.bytesMax else {
      throw .slowDown(afterSeconds: 60, "the mailboxes of this node are full")
    }
  }

  private mutating func expire(at now: Int64) {
    let oldest = now - Int64(limits.lifetimeSeconds)
    for (number, box) in boxes where box.openedSeconds < oldest { remove(number) }
    openings.removeAll { $0.seconds < oldest }
  }

  private mutating func remove(_ number: MailboxNumber) {
    bytes -= boxes.removeValue(forKey: number)?.bytes ?? 0
  }
}
