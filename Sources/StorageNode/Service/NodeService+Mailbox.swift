import VaultEncoding
import VaultEnvironment
import VaultSync

extension NodeService {
  /// `PUT` and `GET /v1/mailbox/<number>/<slot>`: two devices of one owner meet here.
  ///
  /// The device that is part of a vault shows an invocation; the new one has none, and knows the
  /// number. Nothing of it reaches the disk.
  func mailbox(
    _ number: MailboxNumber, _ slot: MailboxSlot, _ request: NodeRequest
  ) throws -> NodeResponse {
    let seconds = environment.clock.monotonic().components.seconds
    let isWriting = request.method == .put
    guard !NodeRoute.mailbox(request.method, number, slot).isStrangers else {
      try spendAsStranger()
      return try strangersMailbox(number, slot, request, atSeconds: seconds)
    }
    let admitted = try admit(request, as: .link)
    let owner = Mailboxes.Owner(vault: admitted.vault, device: admitted.caller.device)
    return try withMailboxes { boxes throws(NodeRefusal) in
      if slot == .offer {
        try boxes.open(number, offer: request.body, by: owner, atSeconds: seconds)
        return .cbor([])
      }
      guard !isWriting else {
        try boxes.put(request.body, into: slot, of: number, by: owner, atSeconds: seconds)
        return .cbor([])
      }
      return .cbor(
        try boxes.message(in: slot, of: number, for: owner, atSeconds: seconds) ?? [])
    }
  }

  private func strangersMailbox(
    _ number: MailboxNumber, _ slot: MailboxSlot, _ request: NodeRequest, atSeconds seconds: Int64
  ) throws -> NodeResponse {
    try withMailboxes { boxes throws(NodeRefusal) in
      guard request.method == .put else {
        return .cbor(
          try boxes.message(in: slot, of: number, for: nil, atSeconds: seconds) ?? [])
      }
      try boxes.put(request.body, into: slot, of: number, by: nil, atSeconds: seconds)
      return .cbor([])
    }
  }

  private func withMailboxes(
    _ body: (inout Mailboxes) throws(NodeRefusal) -> NodeResponse
  ) throws -> NodeResponse {
    let result = withState { state -> Result<NodeResponse, NodeRefusal> in
      do throws(NodeRefusal) {
        return .success(try body(&state.mailboxes))
      } catch {
        return .failure(error)
      }
    }
    return try result.get()
  }

  private func spendAsStranger() throws {
    let wait = withState { $0.strangers.take(for: true, atMilliseconds: monotonicMilliseconds) }
    if let wait {
      throw NodeRefusal.slowDown(afterSeconds: wait, "too many ask for mailboxes")
    }
  }
}
