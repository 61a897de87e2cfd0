import VaultEncoding
import VaultSync

extension NodeService {
  /// `GET /v1/policy/<count>`: the policy log after so many entries, for a device that is new here.
  func policy(after text: String, _ request: NodeRequest) throws -> NodeResponse {
    guard text.utf8.count <= 6, let count = Int(text), count >= 0, String(count) == text else {
      throw NodeRefusal.malformed("a number of policy entries is expected")
    }
    let index = try admit(request, as: .policy).memory.index
    let asked = Array(index.policy.dropFirst(count))
    let found = try store.policyEntries(
      asked, of: index.tenant, bytesMax: Self.policyBytesMax)
    return .cbor(
      PolicyResponse(
        genesis: index.genesis, entries: found.entries, more: !found.isComplete
      ).bytes)
  }
}
