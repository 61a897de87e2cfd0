import FreeholdTestKit
import Testing
import VaultCrypto
import VaultEncoding
import VaultEnvironment
import VaultPacking
import VaultPolicy
import VaultSync

@testable import Freehold

/// Only a receipt by this node, for this vault and for exactly this, counts as stored.
@Suite struct NodeClientTests {
  /// A network in which every request has one answer.
  private struct OneAnswer: Network {
    let body: [UInt8]

    func exchange(
      _ request: NetworkRequest, with peer: NetworkPeer, timeout: Duration
    ) async throws(NetworkError) -> NetworkResponse {
      NetworkResponse(status: 200, body: body)
    }
  }

  private let node = key(1)
  private let vault = key(2).did
  private let bytes = [UInt8](repeating: 5, count: 900)
  private let time = Timestamp(milliseconds: 1_700_000_000_000)

  private static func key(_ number: UInt64) -> SigningKey {
    var generator = SeededGenerator(seed: number)
    return SigningKey.generate(using: &generator)
  }

  private func client(answering body: [UInt8]) throws -> NodeClient {
    let record = try NodeRecord(
      NodeRecord.Facts(
        sequence: 1, addresses: ["https://node.example:7400"], publicKeyHash: .zero,
        certificate: [1, 2, 3], region: nil, operatorName: nil, notBeforeSeconds: 0,
        expiresSeconds: nil), by: node)
    let environment = Environment(
      clock: SimulatedClock(), randomness: SeededRandomness(seed: 3),
      disk: SimulatedDisk(seed: 4).start(), network: OneAnswer(body: body))
    return NodeClient(
      node: node.did, name: "node", record: record, environment: environment,
      signers: [RequestSigner(subject: vault, node: node.did, chain: [], key: Self.key(5))],
      meter: TrafficMeter())
  }

  private func isStored(_ receipt: StoredReceipt) async throws -> Bool {
    try await isStored(answering: receipt.bytes)
  }

  private func isStored(answering body: [UInt8]) async throws -> Bool {
    do {
      _ = try await client(answering: body).put(ShardName(of: bytes), bytes)
      return true
    } catch is MessageError {
      return false
    }
  }

  private func receipt(
    vault: DID? = nil, of shard: [UInt8]? = nil, sizeBytes: Int? = nil, by key: SigningKey? = nil
  ) throws -> StoredReceipt {
    try StoredReceipt(
      vault: vault ?? self.vault, shard: ShardName(of: shard ?? bytes),
      sizeBytes: sizeBytes ?? bytes.count, time: time, by: key ?? node)
  }

  @Test func `the node's receipt for the shard counts`() async throws {
    #expect(try await isStored(receipt()))
  }

  @Test func `a receipt by another node does not count`() async throws {
    #expect(try await !isStored(receipt(by: Self.key(9))))
  }

  @Test func `a receipt for another vault does not count`() async throws {
    #expect(try await !isStored(receipt(vault: Self.key(9).did)))
  }

  @Test func `a receipt for another shard does not count`() async throws {
    #expect(try await !isStored(receipt(of: [1])))
  }

  @Test func `a receipt for fewer bytes does not count`() async throws {
    #expect(try await !isStored(receipt(sizeBytes: bytes.count - 1)))
  }

  @Test func `a receipt that was changed anywhere does not count`() async throws {
    let whole = try receipt().bytes
    for index in whole.indices {
      var changed = whole
      changed[index] ^= 1
      #expect(try await !isStored(answering: changed), "byte \(index)")
    }
  }

  @Test func `a push counts only with this node's receipt for this vault`() async throws {
    func isTaken(vault: DID, by key: SigningKey) async throws -> Bool {
      let receipt = try PushReceipt(
        vault: vault, digest: .zero, feeds: [:], policy: [], time: time, by: key)
      let answer = PushResponse(receipt: receipt.bytes, usedBytes: 1, quotaBytes: 2)
      do {
        _ = try await client(answering: answer.bytes).push(PushRequest(policy: [[1]]))
        return true
      } catch is MessageError {
        return false
      }
    }
    #expect(try await isTaken(vault: vault, by: node))
    #expect(try await !isTaken(vault: Self.key(9).did, by: node))
    #expect(try await !isTaken(vault: vault, by: Self.key(9)))
  }
}
