import VaultEncoding

extension FeedRun {
  /// How much of other devices' feeds the entries say that they build on; what does not decode says
  /// nothing.
  public var citations: [FeedKey: Int] {
    var cited: [FeedKey: Int] = [:]
    for bytes in entries {
      guard let entry = try? FeedEntry(decoding: bytes) else { continue }
      for (device, count) in entry.dependencies {
        let other = FeedKey(scope: feed.scope, device: device)
        cited[other] = max(cited[other] ?? 0, count)
      }
    }
    return cited
  }
}
