import VaultCrypto
public import VaultEncoding

/// One hash over everything that two parties may differ in (docs/spec/sync.md section 2).
public enum StateDigest {
  /// The digest of a vault's feeds, policy entries and newest heads.
  public static func of(
    feeds: FeedVector, policy: some Collection<CID>, heads: [DID: CID]
  ) -> Bytes32 {
    var bytes = Array("vault/v1/state".utf8) + [0]
    append(feeds.count, to: &bytes)
    for (key, position) in feeds.sorted(by: { $0.key < $1.key }) {
      bytes += key.scope.bytes
      bytes += key.device.key.bytes
      append(position.count, to: &bytes)
      bytes += position.chain.bytes
    }
    append(policy.count, to: &bytes)
    for digest in policy.map(\.digest).sorted() { bytes += digest.bytes }
    append(heads.count, to: &bytes)
    for (_, cid) in heads.sorted(by: { $0.key < $1.key }) { bytes += cid.digest.bytes }
    return Hash.sha256(bytes)
  }

  private static func append(_ count: Int, to bytes: inout [UInt8]) {
    for shift in stride(from: 56, through: 0, by: -8) {
      bytes.append(UInt8(truncatingIfNeeded: count >> shift))
    }
  }
}
