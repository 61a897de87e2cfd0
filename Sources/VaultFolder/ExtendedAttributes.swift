internal import CPlatform
internal import Glibc

/// The extended attributes of one file or folder: those a vault keeps, and what it does not.
public struct ExtendedAttributes: Hashable, Sendable {
  /// The user's attributes in byte order of their names.
  public private(set) var kept: [ExtendedAttribute] = []
  /// What is there beside them.
  public private(set) var notKept: [NotKept.Reason] = []

  /// Bytes of names and values together; what is over is not kept, and said.
  public static let bytesMax = 64 << 10

  /// None.
  public init() {}

  init(notKept: [NotKept.Reason]) {
    self.notKept = notKept
  }

  init(of file: Descriptor, at path: FolderPath) throws(FolderError) {
    let names = try ExtendedAttributes.names { buffer, capacity in
      freehold_list_attributes(file.number, buffer, capacity)
    }
    var bytes = 0
    for name in names {
      guard name.starts(with: ExtendedAttribute.namePrefix) else {
        notKept += NotKept.Reason(attributeName: name).map { [$0] } ?? []
        continue
      }
      guard let value = try ExtendedAttributes.value(of: name, in: file, at: path) else { continue }
      bytes += name.count + value.count
      if bytes <= ExtendedAttributes.bytesMax,
        let attribute = ExtendedAttribute(name: name, value: value)
      {
        kept.append(attribute)
      } else if !notKept.contains(.attributesOverLimit) {
        notKept.append(.attributesOverLimit)
      }
    }
    kept.sort()
    notKept.sort()
  }

  /// Names of attributes of something that cannot be opened; links have no user attributes.
  static func namesNotKept(of name: FileName, in folder: Descriptor) -> [NotKept.Reason] {
    let names = try? names { buffer, capacity in
      name.withCString {
        freehold_list_attributes_at(folder.number, $0, buffer, capacity)
      }
    }
    return (names ?? []).compactMap { NotKept.Reason(attributeName: $0) }.sorted()
  }

  /// The names in no particular order; none where the file system has no attributes.
  private static func names(
    _ list: (UnsafeMutablePointer<CChar>?, Int) -> Int
  ) throws(FolderError) -> [[UInt8]] {
    // The most that Linux ever answers.
    let capacity = 64 << 10
    let asked = list(nil, 0)
    guard asked > 0 else { return [] }
    var names = [UInt8](repeating: 0, count: capacity)
    let filled = names.withUnsafeMutableBytes { buffer in
      list(buffer.assumingMemoryBound(to: CChar.self).baseAddress, capacity)
    }
    guard filled > 0 else { return [] }
    return names.prefix(filled).split(separator: 0).map { [UInt8]($0) }
  }

  /// The value; nothing when the attribute vanished meanwhile.
  private static func value(
    of name: [UInt8], in file: Descriptor, at path: FolderPath
  ) throws(FolderError) -> [UInt8]? {
    let cName = name.map { CChar(bitPattern: $0) } + [0]
    var value = [UInt8](repeating: 0, count: bytesMax)
    let filled = value.withUnsafeMutableBytes {
      freehold_get_attribute(file.number, cName, $0.baseAddress, $0.count)
    }
    if filled == -Int(NumberOfError.noAttribute) { return nil }
    return Array(value.prefix(try check(filled, at: path, "read attributes of")))
  }
}
