import VaultEnvironment
import VaultPolicy

extension Vault {
  /// Writes revocations and the keys that they owe, in one step on the disk, and brings everything
  /// here into line; how many new keys were started.
  ///
  /// The nodes are told afterwards: `announcePolicy`, or the next sync.
  func withdraw(
    _ body: (inout PolicyAuthor, inout RandomnessGenerator) throws -> Void
  ) async throws -> Int {
    let before = policy.count
    var random = generator
    defer { generator = random }
    let keyring = self.keyring
    try author { author in
      try body(&author, &random)
      try author.settleKeys(keyring, using: &random)
    }
    let started = policy.entries.dropFirst(before).compactMap(\.epoch)
      .count { $0.extends == nil }
    try applyRevocations()
    try await tellParts()
    return started
  }
}
