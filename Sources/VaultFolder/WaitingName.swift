/// The name of something that waits, in the middle of a move, until its place is free:
/// `.freehold-moving-` and 24 hexadecimal digits.
///
/// Unlike a draft it is the user's own file or folder, so scans see it and nothing removes it:
/// after a crash it is found again and brought to its place.
public enum WaitingName {
  private static let prefix = Array(".freehold-moving-".utf8)
  private static let digitCount = 24

  /// A name that nobody else has.
  public static func make(using generator: inout some RandomNumberGenerator) -> FileName {
    let digits = (0..<digitCount).map { _ in
      Array("0123456789abcdef".utf8)[Int(generator.next() >> 60)]
    }
    return FileName(trusted: prefix + digits)
  }

  /// Whether a name is one of these.
  public static func matches(_ name: FileName) -> Bool {
    name.bytes.count == prefix.count + digitCount && name.bytes.starts(with: prefix)
  }
}
