import VaultSync

extension NodeService {
  /// `POST /v1/have`: which of these shards are stored.
  func have(_ request: NodeRequest) throws -> NodeResponse {
    let admitted = try admit(request, as: .have)
    let message = try HaveRequest(decoding: request.body)
    let sizes = try store.shardSizes(message.shards, of: admitted.memory.index.tenant)
    return .cbor(HaveResponse(sizes: sizes).bytes)
  }
}
