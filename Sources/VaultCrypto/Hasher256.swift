internal import Crypto
public import VaultEncoding

/// SHA-256 over bytes that arrive in pieces.
public struct Hasher256: Sendable {
  private var state = SHA256()

  /// Starts a hash of nothing.
  public init() {}

  /// Adds bytes.
  public mutating func update(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { state.update(bufferPointer: $0) }
  }

  /// Adds a slice.
  public mutating func update(_ bytes: ArraySlice<UInt8>) {
    bytes.withUnsafeBytes { state.update(bufferPointer: $0) }
  }

  /// Adds borrowed memory.
  public mutating func update(_ bytes: UnsafeRawBufferPointer) {
    state.update(bufferPointer: bytes)
  }

  /// The hash of everything so far; more may be added afterwards.
  public func digest() -> Bytes32 {
    Bytes32(state.finalize())
  }
}
