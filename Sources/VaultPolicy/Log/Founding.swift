public import VaultCrypto
public import VaultEncoding

/// The first entries of a new vault, all by root: genesis, first device, root scope, epoch 0.
public struct Founding: Sendable {
  /// The rank of the first device.
  public static let firstRank: UInt64 = 10

  /// The log of the new vault.
  public let log: PolicyLog

  /// The beginning.
  public var genesis: Genesis { log.genesis }
  /// The entries, in order.
  public var entries: [PolicyEntry] { log.entries }

  /// Founds a vault.
  ///
  /// `seals` are of the first key of the root scope, to the device and to root.
  public static func founding(
    root: RootKeys, device: DID, deviceKEM: KEMPublicKey, rootScope: ScopeID,
    seals: [DID: [UInt8]], time: Timestamp, using generator: inout some RandomNumberGenerator
  ) throws(PolicyError) -> Founding {
    let genesis = try Genesis.issue(
      root: root.signing, kem: root.kem.publicKey, mldsaPublicKeyHash: root.mldsaPublicKeyHash,
      time: time)
    var author = try PolicyAuthor(root: root.signing, log: PolicyLog(genesis: genesis))
    try author.grantDevice(device, kem: deviceKEM, rank: firstRank, using: &generator)
    try author.nameScope(rootScope, parent: nil)
    try author.startEpoch(of: rootScope, seals: seals, history: [:])
    return Founding(log: author.log)
  }
}
