/// Where a file lies: bytes, because a file system's names are bytes and not text.
///
/// Written with single slashes and without one at the end. Two spellings of one letter are two
/// paths, as they are for the kernel.
public struct DiskPath: Hashable, Comparable, Sendable {
  private static let slash = UInt8(ascii: "/")

  /// The bytes as the kernel takes them, without a closing zero.
  public let bytes: [UInt8]

  /// A path of raw bytes.
  ///
  /// A path with a zero byte is taken here and refused by the disk.
  public init(_ bytes: some Collection<UInt8>) {
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    for byte in bytes where byte != Self.slash || result.last != Self.slash { result.append(byte) }
    if result.count > 1, result.last == Self.slash { result.removeLast() }
    self.bytes = result
  }

  /// A path of the text's UTF-8 bytes.
  public init(_ text: String) {
    self.init(Array(text.utf8))
  }

  /// The path of a name in this folder.
  ///
  /// The name must be one step: no slash, not empty.
  public func appending(_ name: [UInt8]) -> DiskPath {
    precondition(!name.isEmpty && !name.contains(Self.slash), "a name is one step of a path")
    return DiskPath(bytes + [Self.slash] + name)
  }

  /// The path of a name in this folder.
  ///
  /// The name must be one step: no slash, not empty.
  public func appending(_ name: String) -> DiskPath {
    appending(Array(name.utf8))
  }

  /// The folder that holds this; nil for the root folder.
  public var parent: DiskPath? {
    guard bytes != [Self.slash], !bytes.isEmpty else { return nil }
    guard let last = bytes.lastIndex(of: Self.slash) else { return DiskPath(".") }
    return last == 0 ? DiskPath("/") : DiskPath(bytes[..<last])
  }

  /// The last step; empty for the root folder.
  public var name: [UInt8] {
    guard let last = bytes.lastIndex(of: Self.slash) else { return bytes }
    return Array(bytes[(last + 1)...])
  }

  /// The path as text, when its bytes are valid UTF-8.
  public var text: String? { String(validating: bytes, as: UTF8.self) }

  /// Compares byte by byte.
  public static func < (left: DiskPath, right: DiskPath) -> Bool {
    left.bytes.lexicographicallyPrecedes(right.bytes)
  }
}

extension DiskPath: CustomStringConvertible {
  /// The path for a person: control characters and bytes that are no text are shown as `\xNN`.
  public var description: String {
    guard let text, text.unicodeScalars.allSatisfy({ $0.properties.isSafeToShow }) else {
      return bytes.map { (0x20..<0x7f).contains($0) ? String(UnicodeScalar($0)) : escaped($0) }
        .joined()
    }
    return text
  }

  private func escaped(_ byte: UInt8) -> String {
    let digits = String(byte, radix: 16)
    return digits.utf8.count == 1 ? "\\x0\(digits)" : "\\x\(digits)"
  }
}

extension Unicode.Scalar.Properties {
  /// Neither a control character nor an invisible one that changes how others are shown.
  fileprivate var isSafeToShow: Bool {
    switch generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse,
      .unassigned:
      return false
    default:
      return true
    }
  }
}
