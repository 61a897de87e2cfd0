import VaultCrypto
import VaultEncoding
import VaultEnvironment
import VaultPolicy
import VaultStore
import VaultSync

// Letting a new device in, the side of the vault: docs/spec/linking.md.
//
// The mailbox at a node carries three messages. What counts is `LinkHost`: the node learns nothing
// and has one guess. The policy log itself does not go through the mailbox; the new device fetches
// it from the node, which knows it by then.

extension Vault {
  private static let linkSeconds = 600
  private static let pollInterval = Duration.milliseconds(500)
  private static let numbersTriedMax = 8

  /// Opens a mailbox at the nearest node and makes the code for it.
  ///
  /// Throws `refused` while three wrong codes have closed linking, `offline` when no node answers.
  public func openLink() async throws -> LinkInvitation {
    try requireLinkingOpen()
    try requireManager("let another device in")
    try mirrorNodes()
    var trouble: (any Error)?
    for (node, entry) in try await nearestNodes() {
      do {
        return try await openLink(at: node, entry)
      } catch {
        try Task.checkCancellation()
        trouble = NodeTrouble(error, name: entry.name, url: entry.record.addresses[0]).asError
      }
    }
    if nodeBook.isEmpty {
      throw FreeholdError(
        .offline, "there is no node yet, and two devices meet at a node",
        hint: "freehold node add INVITATION")
    }
    throw trouble
      ?? FreeholdError(
        .offline, "no node can be reached, and two devices meet at a node",
        hint: "freehold node probe shows which answer")
  }

  /// Waits for the new device, lets it in, and tells the nodes.
  ///
  /// Throws `refused` when the answer was wrong: the code is dead then. Throws `offline` when
  /// nobody came in time.
  public func completeLink(_ invitation: LinkInvitation) async throws -> LinkedDevice {
    let answer = try await answer(to: invitation)
    let guest: LinkHost.Guest
    do {
      guest = try invitation.host.guest(from: answer)
    } catch {
      try noteDeadCode()
      try? await invitation.client.putMail(LinkHost.deadReply, invitation.code.number, .reply)
      throw FreeholdError(
        .refused, "somebody tried the code with wrong words, so it is dead",
        hint: "freehold link makes a new one; was it you?")
    }
    _ = try admit(guest.device, kem: guest.kem)
    // The mailbox's node first: the new device asks it next.
    if let trouble = await announcePolicy(to: invitation.client) { throw trouble }
    let reply = try invitation.host.reply(
      try letter(to: guest.device, mailboxAt: invitation.client.node), to: guest,
      using: &generator)
    do {
      try await invitation.client.putMail(reply, invitation.code.number, .reply)
    } catch {
      throw NodeTrouble(error, name: invitation.nodeName, url: invitation.code.url).asError
    }
    return LinkedDevice(
      did: guest.device, name: guest.name, coverage: try await announcePolicy())
  }

  // MARK: The mailbox

  private func openLink(at node: DID, _ entry: NodeEntry) async throws -> LinkInvitation {
    let client = try client(for: node, entry, meter: TrafficMeter())
    let words = CodeWords.generate(using: &generator)
    let deadline = environment.clock.monotonic() + .seconds(Self.linkSeconds)
    var tried = 0
    while true {
      let number = MailboxNumber.generate(using: &generator)
      guard
        let code = LinkCode(number: number, words: words, url: entry.record.addresses[0])
      else {
        throw FreeholdError(.failed, "the address of \(entry.name) does not fit into a code")
      }
      let host = try LinkHost(
        number: number, words: words, vault: did, device: device, node: node, using: &generator)
      do {
        try await client.putMail(host.offer, number, .offer)
        return LinkInvitation(
          code: code, nodeName: entry.name, host: host, client: client, deadline: deadline)
      } catch let refusal as VaultSync.Refusal where refusal.code == .gap {
        tried += 1
        guard tried < Self.numbersTriedMax else { throw refusal }
      }
    }
  }

  private func answer(to invitation: LinkInvitation) async throws -> [UInt8] {
    while environment.clock.monotonic() < invitation.deadline {
      do {
        if let answer = try await invitation.client.mail(invitation.code.number, .answer) {
          return answer
        }
      } catch let refusal as VaultSync.Refusal where refusal.code == .absent {
        throw FreeholdError(
          .offline, "\(invitation.nodeName) has forgotten the code: was it restarted?",
          hint: "freehold link makes a new one")
      } catch is VaultSync.Refusal {
        // Too many requests, or about to stop: it may pass.
      } catch is NetworkError {
        try Task.checkCancellation()
      }
      try await environment.clock.sleep(for: Self.pollInterval)
    }
    throw FreeholdError(
      .offline, "no device came within ten minutes", hint: "freehold link makes a new code")
  }

  private func letter(to guest: DID, mailboxAt node: DID) throws -> LinkLetter {
    guard let grant = policy.state.managerGrant(of: guest) else {
      throw FreeholdError(.refused, "the new device was revoked meanwhile")
    }
    let nodes = nodeBook.sorted { left, right in
      if left.key == node || right.key == node { return left.key == node && right.key != node }
      return left.key < right.key
    }
    return LinkLetter(
      heads: policy.heads,
      chain: policy.state.chain(of: grant.entry).map(\.token.envelope.bytes), name: name,
      nodes: nodes.map(\.value.bytes))
  }

  /// The nodes that answer, nearest first.
  private func nearestNodes() async throws -> [(DID, NodeEntry)] {
    let book = nodeBook
    let stored = try database.read { try $0.nodes() }
    let environment = environment
    let probes = await withTaskGroup(of: NodeProbe.self) { group in
      for node in stored {
        group.addTask { await VaultStatusReader.probe(node, environment) }
      }
      var probes: [NodeProbe] = []
      for await probe in group where probe.problem == nil { probes.append(probe) }
      return probes
    }
    try Task.checkCancellation()
    return probes.sorted {
      ($0.latencyMilliseconds ?? .max, $0.did) < ($1.latencyMilliseconds ?? .max, $1.did)
    }.compactMap { probe in book[probe.did].map { (probe.did, $0) } }
  }

  // MARK: Guesses

  private func requireLinkingOpen() throws {
    let now = environment.clock.now()
    guard let until = try database.read({ try DeadCodes($0).closedUntil(now) }) else { return }
    let minutes = (until.milliseconds(since: now) + 59_999) / 60_000
    throw FreeholdError(
      .refused, "three codes were tried with wrong words: linking is closed for \(minutes) min",
      hint: "wait, and read the code out to nobody but yourself")
  }

  private func noteDeadCode() throws {
    let now = environment.clock.now()
    try database.write { transaction in
      var codes = try DeadCodes(transaction)
      try codes.note(now, transaction)
    }
  }

  /// Only managers change who may do what.
  func requireManager(_ act: String) throws {
    guard policy.state.managerGrant(of: device) == nil else { return }
    if succession.former != nil {
      throw FreeholdError(
        .offline, "this home became a new device, which is not let in yet and may not \(act)",
        hint: "freehold sync lets it in as soon as a node answers")
    }
    if policy.state.grants(to: device).contains(where: \.isLive) {
      throw FreeholdError(
        .refused, "this device may not \(act): it is a guest's",
        hint: "who shared the folder can do that")
    }
    throw FreeholdError(
      .refused, "this device may not \(act): it was revoked",
      hint: "freehold join makes it a new device of the vault")
  }
}
