internal import CSodium
internal import Crypto

/// Bytes that are erased when nobody holds them any more, that do not print, and that compare in
/// constant time.
///
/// It is a class so that there is one copy to erase, however many values refer to it.
public final class SecretBytes: Sendable, Equatable, Concealed {
  /// Where the bytes live.
  public enum Residence: Sendable {
    /// On the heap: cheap, for short-lived keys that are derived by the thousand.
    case heap
    /// On pages of their own, kept out of swap and core dumps where the system permits it.
    case locked
  }

  // SAFETY: written only inside `init`, read-only until `deinit`, so any thread may read it.
  nonisolated(unsafe) private let storage: UnsafeMutableRawBufferPointer
  private let residence: Residence

  /// How many bytes there are.
  public var count: Int { storage.count }

  /// Makes a secret whose bytes are written by `fill`; the buffer starts as zeros.
  public init<E: Error>(
    count: Int, residence: Residence = .heap,
    fill: (UnsafeMutableRawBufferPointer) throws(E) -> Void
  ) throws(E) {
    (storage, self.residence) = Self.allocate(count, residence)
    // When `fill` throws, the object is complete already, so `deinit` erases and frees.
    try fill(storage)
  }

  /// Copies bytes into a secret.
  ///
  /// The caller's array is not erased.
  public convenience init(_ bytes: [UInt8], residence: Residence = .heap) {
    self.init(count: bytes.count, residence: residence) { $0.copyBytes(from: bytes) }
  }

  /// Copies bytes into a secret.
  public convenience init(_ bytes: UnsafeRawBufferPointer, residence: Residence = .heap) {
    self.init(count: bytes.count, residence: residence) { $0.copyMemory(from: bytes) }
  }

  /// Draws a secret of `count` bytes from a generator.
  public static func generate(
    count: Int, residence: Residence = .heap,
    using generator: inout some RandomNumberGenerator
  ) -> SecretBytes {
    SecretBytes(count: count, residence: residence) { generator.fill($0) }
  }

  deinit {
    switch residence {
    case .heap:
      sodium_memzero(storage.baseAddress, storage.count)
      storage.deallocate()
    case .locked:
      sodium_free(storage.baseAddress)
    }
  }

  /// Lends the bytes for the duration of `body`; the pointer must not escape.
  public func withBytes<R, E: Error>(
    _ body: (UnsafeRawBufferPointer) throws(E) -> R
  ) throws(E) -> R {
    try body(UnsafeRawBufferPointer(storage))
  }

  /// A copy that nobody will erase, for the few places where a secret is written down: a sealed
  /// manifest, a key file, a recovery sheet.
  public func exposedCopy() -> [UInt8] {
    [UInt8](storage)
  }

  /// Compares in constant time for secrets of one length; the length itself is not secret.
  public static func == (left: SecretBytes, right: SecretBytes) -> Bool {
    left.withBytes { a in right.withBytes { b in ConstantTime.equal(a, b) } }
  }

  var symmetricKey: SymmetricKey {
    SymmetricKey(data: UnsafeRawBufferPointer(storage))
  }

  private static func allocate(
    _ count: Int, _ residence: Residence
  ) -> (UnsafeMutableRawBufferPointer, Residence) {
    precondition(count >= 0, "a secret has no negative length")
    if residence == .locked, Sodium.isReady, let pages = sodium_malloc(count) {
      let buffer = UnsafeMutableRawBufferPointer(start: pages, count: count)
      buffer.initializeMemory(as: UInt8.self, repeating: 0)
      return (buffer, .locked)
    }
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 16)
    buffer.initializeMemory(as: UInt8.self, repeating: 0)
    return (buffer, .heap)
  }
}
