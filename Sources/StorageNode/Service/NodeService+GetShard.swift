import VaultEncoding
import VaultEnvironment
import VaultPacking

extension NodeService {
  /// `GET /v1/shard/<name>`: the bytes, or the part that a Range header asks for.
  func getShard(named name: String, _ request: NodeRequest) throws -> NodeResponse {
    let shard = try shard(named: name)
    let admitted = try admit(request, as: .getShard(shard.root))
    guard let size = try store.shardBytes(shard, of: admitted.memory.index.tenant) else {
      throw NodeRefusal.absent("no such shard")
    }
    guard let header = request.range else {
      let bytes = try read(shard, of: admitted.vault, offset: 0, count: size)
      return NodeResponse(content: .raw, body: bytes)
    }
    guard let range = ByteRange(header: header, size: size) else {
      throw NodeRefusal.range(size: size)
    }
    let bytes = try read(shard, of: admitted.vault, offset: range.offset, count: range.count)
    return NodeResponse(
      status: 206, content: .raw,
      contentRange: "bytes \(range.offset)-\(range.offset + range.count - 1)/\(size)",
      body: bytes)
  }

  private func read(
    _ shard: ShardName, of vault: DID, offset: Int, count: Int
  ) throws -> [UInt8] {
    do {
      return try files.read(shard, in: vault, offset: offset, count: count)
    } catch let error as DiskError where error.code == .notFound || error.code == .truncated {
      throw NodeRefusal.absent("the shard is damaged at this node")
    }
  }
}
