import VaultEncoding
import VaultEnvironment
import VaultSync

/// A node of which only the address was known: what it says of itself, on first use.
///
/// Nothing secret goes to it on this word alone: linking is proved end to end, and recovery asks
/// whether the node holds the vault.
struct NodeAcquaintance: Sendable {
  private static let timeout = Duration.seconds(15)

  /// What the node signed about itself.
  let record: NodeRecord
  /// The address that led there; the record may name others.
  let url: String
  private let environment: Environment

  /// Takes a record that somebody trusted handed over.
  init(_ record: NodeRecord, environment: Environment) {
    self.record = record
    url = record.addresses[0]
    self.environment = environment
  }

  /// Asks who answers at an address, and whether it has the certificate of its record.
  init(at url: String, environment: Environment) async throws {
    self.url = url
    self.environment = environment
    let first = try await Self.ask(NetworkPeer(unknownAt: url), url, environment)
    record = first
    let again = try await Self.ask(
      NetworkPeer(url: url, pin: .certificate(first.certificate), did: first.node), url,
      environment)
    guard again.node == first.node else {
      throw FreeholdError(.tampered, "two nodes take turns at \(url)")
    }
  }

  private static func ask(
    _ peer: NetworkPeer, _ url: String, _ environment: Environment
  ) async throws -> NodeRecord {
    do {
      let answer = try await environment.network.exchange(
        NetworkRequest(
          method: "GET", path: Endpoint.node, responseBytesMax: SyncLimits.statementBytesMax),
        with: peer, timeout: timeout)
      guard answer.status == 200 else { throw NodeClient.refusal(answer) }
      return try NodeRecord(verifying: answer.body)
    } catch let error as NetworkError where error.code != .certificateRefused {
      throw FreeholdError(
        .offline, "\(url) cannot be reached", hint: "is the address right, and is the node on?")
    } catch is MessageError {
      throw FreeholdError(
        .usage, "what answers at \(url) is no node", hint: "is the address right?")
    } catch {
      throw NodeTrouble(error, name: "the node", url: url).asError
    }
  }

  /// Reads a message of a mailbox, without an invocation; nil before it came.
  func mail(_ number: MailboxNumber, _ slot: MailboxSlot) async throws -> [UInt8]? {
    let body = try await send("GET", Endpoint.mailbox(number, slot), [])
    return body.isEmpty ? nil : body
  }

  /// Leaves a message in a mailbox, without an invocation.
  func putMail(_ bytes: [UInt8], _ number: MailboxNumber, _ slot: MailboxSlot) async throws {
    _ = try await send("PUT", Endpoint.mailbox(number, slot), bytes)
  }

  private func send(_ method: String, _ path: String, _ body: [UInt8]) async throws -> [UInt8] {
    let answer = try await environment.network.exchange(
      NetworkRequest(
        method: method, path: path,
        headers: body.isEmpty ? [] : [(name: "Content-Type", value: "application/cbor")],
        body: body, responseBytesMax: SyncLimits.mailboxMessageBytesMax),
      with: NetworkPeer(url: url, pin: .certificate(record.certificate), did: record.node),
      timeout: Self.timeout)
    guard (200..<300).contains(answer.status) else { throw NodeClient.refusal(answer) }
    return answer.body
  }
}
