/// One name in a folder: 1 to 255 bytes, neither `.` nor `..`, without `/` and without zero bytes.
///
/// Names are bytes. They are never compared as text: two names that look alike (NFC and NFD) are
/// two names, and a name that is not UTF-8 is a name all the same.
public struct FileName: Hashable, Sendable {
  /// The name as the file system has it.
  public let bytes: [UInt8]

  /// The most bytes a name may have, as on every Linux file system.
  public static let bytesMax = 255

  /// Takes the bytes of a name, or nothing when no folder could hold such a name.
  public init?(_ bytes: some Collection<UInt8>) {
    self.init(checking: [UInt8](bytes))
  }

  /// Takes the UTF-8 bytes of the text, or nothing when no folder could hold such a name.
  public init?(_ text: String) {
    self.init(checking: [UInt8](text.utf8))
  }

  private init?(checking bytes: [UInt8]) {
    guard bytes.withUnsafeBytes(FileName.isAllowed) else { return nil }
    self.bytes = bytes
  }

  /// For bytes that the kernel gave as a name, or that ``isAllowed(_:)`` has passed.
  init(trusted bytes: [UInt8]) {
    self.bytes = bytes
  }

  static func isAllowed(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard (1...bytesMax).contains(bytes.count) else { return false }
    let dot = UInt8(ascii: ".")
    if bytes[0] == dot && (bytes.count == 1 || (bytes.count == 2 && bytes[1] == dot)) {
      return false
    }
    return !bytes.contains { $0 == 0 || $0 == UInt8(ascii: "/") }
  }

  /// The name for a terminal or a log: what could deceive or command it is shown as an escape.
  public var escapedForTerminal: String { TerminalText.escaped(bytes) }
}

extension FileName: Comparable {
  /// Byte by byte; the shorter of two that agree comes first.
  public static func < (left: FileName, right: FileName) -> Bool {
    left.bytes.withUnsafeBytes { left in
      right.bytes.withUnsafeBytes { right in compareNames(left, right) < 0 }
    }
  }
}

extension FileName: CustomStringConvertible {
  /// The name, escaped.
  public var description: String { escapedForTerminal }
}
