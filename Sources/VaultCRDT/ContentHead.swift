public import VaultEncoding

/// One of the values of an object's content; several when writes were concurrent.
public struct ContentHead: Hashable, Sendable {
  /// What was written.
  public let value: [UInt8]
  /// Who wrote it.
  public let replica: Bytes32
  /// The number of the writing operation among that replica's operations.
  public let counter: UInt64
  /// When, by the writer's clock.
  public let time: HybridTime
}
