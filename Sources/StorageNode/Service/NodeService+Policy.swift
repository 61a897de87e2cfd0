import VaultEncoding
import VaultSync

extension NodeService {
  /// `GET /v1/policy/<count>`: the policy log after so many entries, for a device that is new here.
  func policy(after text: String, _ request: NodeRequest) throws -> NodeResponse {
    guard text.utf8.count <= 6, let count = Int(text), count >= 0, String(count) == text else {
      throw NodeRefusal.malformed("a number of policy entries is expected")
    }
    let memory = try admit(request, as: .policy).memory
    let asked = memory.judge.policy(notUnder: { _ in false }).dropFirst(count)
    var room = Self.policyBytesMax
    let part = asked.prefix { entry in
      defer { room -= entry.count }
      return room > 0
    }
    return .cbor(
      PolicyResponse(
        genesis: memory.index.genesis, entries: Array(part), more: part.count < asked.count
      ).bytes)
  }
}
