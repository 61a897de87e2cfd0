/// One file of a batch: where, and what it shall hold.
public struct DiskWrite: Sendable {
  /// Where the file lies.
  public let path: DiskPath
  /// Everything it shall hold.
  public let bytes: [UInt8]

  /// Describes a file to be written.
  public init(_ path: DiskPath, _ bytes: [UInt8]) {
    self.path = path
    self.bytes = bytes
  }
}
