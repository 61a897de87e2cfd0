import VaultCrypto
import VaultEncoding
import VaultEnvironment
import VaultPolicy
public import VaultSync

extension Vault {
  /// How long a device of the vault may take to let this one in: it only signs and asks its nodes.
  private static let replySeconds = 120
  private static let replyInterval = Duration.milliseconds(500)

  /// Makes this machine a device of the vault whose code was read out: makes keys, proves that it
  /// knows the code, fetches the policy and what the nodes have.
  ///
  /// Throws `refused` for a wrong or dead code, `noSuchVault` for one that nobody has open.
  public static func join(
    code: LinkCode, deviceName: String, folder: [UInt8], in home: Home, unlock: Unlock
  ) async throws -> Vault {
    let environment = home.environment
    var generator = environment.makeGenerator()
    let node = try await NodeAcquaintance(at: code.url, environment: environment)
    guard let offer = try await translating(node, { try await node.mail(code.number, .offer) })
    else { throw noSuchCode }
    let keys = try home.openOrMakeKeys(unlock)
    let guest: LinkGuest
    do {
      guest = try LinkGuest(
        to: offer, number: code.number, words: code.words, at: node.record.node,
        device: keys.signing.did, kem: keys.kem.publicKey, name: deviceName, using: &generator)
    } catch LinkError.anotherNode {
      throw FreeholdError(
        .tampered, "the node at \(code.url) is not the one that the code was made for",
        hint: "somebody may stand in between; make a new code in another network")
    }
    try await translating(node) { try await node.putMail(guest.answer, code.number, .answer) }
    let letter = try await letter(for: guest, code, at: node, environment.clock)
    return try await join(
      letter, guest, node, deviceName: deviceName, folder: folder, in: home, keys: keys,
      ticket: code.ticket)
  }

  private static func join(
    _ letter: LinkLetter, _ guest: LinkGuest, _ node: NodeAcquaintance, deviceName: String,
    folder: [UInt8], in home: Home, keys: DeviceKeys, ticket: [UInt8]
  ) async throws -> Vault {
    let chain = try letter.chain.map { try Verified(try Delegation(decoding: $0)) }
    let client = NodeClient(
      node: node.record.node, name: "the node", record: node.record,
      environment: home.environment,
      signers: [
        RequestSigner(
          subject: guest.vault, node: node.record.node, chain: chain, key: keys.signing)
      ],
      meter: TrafficMeter(), url: node.url)
    let log: PolicyLog
    do {
      log = try await client.policyLog(heads: letter.heads)
    } catch {
      throw NodeTrouble(error, name: "the node", url: node.url).asError
    }
    let vault = try join(
      Admission(log, name: letter.name, nodes: letter.nodes), deviceName: deviceName,
      folder: folder, in: home, unlock: .keys(keys), ticket: ticket)
    try await vault.begin()
    return vault
  }

  /// Waits for the reply, and opens it.
  private static func letter(
    for guest: LinkGuest, _ code: LinkCode, at node: NodeAcquaintance, _ clock: any VaultClock
  ) async throws -> LinkLetter {
    let deadline = clock.monotonic() + .seconds(replySeconds)
    while clock.monotonic() < deadline {
      if let reply = try await translating(node, { try await node.mail(code.number, .reply) }) {
        do {
          return try guest.letter(from: reply)
        } catch {
          throw FreeholdError(
            .refused, "the code is wrong, and with that used up",
            hint: "freehold link on the other device makes a new one")
        }
      }
      try await clock.sleep(for: replyInterval)
    }
    throw FreeholdError(
      .offline, "the other device does not answer",
      hint: "freehold link must go on there until this is done; it makes a new code")
  }

  private static var noSuchCode: FreeholdError {
    FreeholdError(
      .noSuchVault, "nobody has this code open: mistyped, used, or older than ten minutes",
      hint: "freehold link on the other device makes a new one")
  }

  /// Says what a node's refusal means for somebody with a code.
  private static func translating<Value>(
    _ node: NodeAcquaintance, _ body: () async throws -> Value
  ) async throws -> Value {
    do {
      return try await body()
    } catch let refusal as VaultSync.Refusal where refusal.code == .absent {
      throw noSuchCode
    } catch let refusal as VaultSync.Refusal where refusal.code == .gap {
      throw FreeholdError(
        .refused, "the code was used already",
        hint: "freehold link on the other device makes a new one; was it not you?")
    } catch {
      throw NodeTrouble(error, name: "the node", url: node.url).asError
    }
  }

  /// Tells all devices what this one is called, and fetches what the nodes have, so that what lies
  /// in the folder already is compared with it.
  func begin() async throws {
    try nameDevice()
    do {
      _ = try await exchangeWithNodes(meter: TrafficMeter(), progress: SyncProgress())
    } catch is HomeRenewed {
      // These keys were used before, and not here: the next start has new ones.
      return
    }
    try mirrorNodes()
    try storeCheckpointIfWorthIt()
  }
}
