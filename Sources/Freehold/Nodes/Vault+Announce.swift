import VaultEncoding
import VaultPolicy
import VaultStore
import VaultSync

extension Vault {
  /// How many bytes of policy entries go into one message.
  private static let policyBytesPerPush = 8 << 20

  /// Tells all nodes of the policy at once, side by side, ahead of everything that a sync does.
  func announcePolicy() async throws -> PolicyCoverage {
    try mirrorNodes()
    let clients = try clients(meter: TrafficMeter())
    var coverage = PolicyCoverage()
    await withTaskGroup(of: (NodeClient, FreeholdError?).self) { group in
      for client in clients {
        group.addTask { (client, await self.announcePolicy(to: client)) }
      }
      for await (client, trouble) in group {
        if let trouble {
          coverage.silent.append(
            PolicyCoverage.Silent(did: client.node, name: client.name, reason: trouble.message))
        } else {
          coverage.acknowledged.append(client.name)
        }
      }
    }
    coverage.acknowledged.sort()
    coverage.silent.sort { ($0.name, $0.did) < ($1.name, $1.did) }
    return coverage
  }

  /// Brings a node the policy, and keeps its signature under it; why not, if not.
  func announcePolicy(to client: NodeClient) async -> FreeholdError? {
    do {
      let receipt = try await Self.bringPolicy(policy, to: client)
      let covered = policy.entries.filter { $0.revocation != nil }.map(\.cid)
        .filter { policy.isCovered($0, by: receipt.policy) }
      guard policy.heads.allSatisfy({ policy.isCovered($0, by: receipt.policy) }) else {
        return FreeholdError(.tampered, "\(client.name) signs for another policy than it was told")
      }
      try database.write { transaction in
        guard try transaction.node(client.node) != nil else { return }
        for cid in covered {
          try transaction.setPolicyReceipt(receipt.bytes, for: cid, by: client.node)
        }
      }
      return nil
    } catch {
      return NodeTrouble(error, at: client).asError
    }
  }

  /// Brings a node every entry of a log that it may lack: the last ones first, all when it lacks
  /// what they build on.
  static func bringPolicy(
    _ log: PolicyLog, to client: NodeClient
  ) async throws -> PushReceipt {
    let entries = log.entries.map(\.bytes)
    do {
      return try await client.push(PushRequest(policy: Array(entries.suffix(lastEntries)))).1
    } catch let refusal as VaultSync.Refusal where refusal.code == .gap {
      var receipt: PushReceipt?
      var rest = entries[...]
      while !rest.isEmpty {
        var room = policyBytesPerPush
        let part = rest.prefix { entry in
          defer { room -= entry.count }
          return room > 0
        }
        rest = rest.dropFirst(part.count)
        receipt = try await client.push(PushRequest(policy: Array(part))).1
      }
      guard let receipt else { throw refusal }
      return receipt
    }
  }

  private static let lastEntries = 16

  /// Shows a node the entries of the policy that let this device in: as many of the last as a node
  /// looks into for somebody whom it does not know.
  func introduce(to client: NodeClient) async throws {
    var room = Self.introductionBytes
    let last = policy.entries.reversed().prefix { entry in
      room -= entry.bytes.count + Self.entryOverheadBytes
      return room > 0
    }
    _ = try await client.push(PushRequest(policy: last.reversed().map(\.bytes)))
  }

  private static let introductionBytes = 60 << 10
  private static let entryOverheadBytes = 8
}
