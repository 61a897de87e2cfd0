/// Names for the second and later of visible siblings that want one name.
///
/// `report.pdf` becomes `report (conflict, <label>).pdf`, then `report (conflict, <label>, 2).pdf`.
enum ClashName {
  /// What every such name contains.
  static let marker = Array(" (conflict, ".utf8)

  /// The name number `attempt` (from 1) for an object; at most 255 bytes.
  static func make(_ name: [UInt8], isFolder: Bool, label: [UInt8], attempt: Int) -> [UInt8] {
    let dot = isFolder ? nil : extensionStart(name)
    let suffix = name[(dot ?? name.count)...]
    var middle = marker + label
    if attempt > 1 { middle += Array(", \(attempt)".utf8) }
    middle.append(UInt8(ascii: ")"))
    let room = CRDTLimits.nameBytesMax - middle.count - suffix.count
    return Array(cut(name[..<(dot ?? name.count)], to: room)) + middle + suffix
  }

  /// Where the extension starts, with its dot; a leading dot starts none.
  static func extensionStart(_ name: [UInt8]) -> Int? {
    guard let dot = name.lastIndex(of: UInt8(ascii: ".")), dot > 0,
      name.count - dot - 1 <= CRDTLimits.extensionBytesMax
    else { return nil }
    return dot
  }

  /// The longest prefix of at most `count` bytes that does not end inside a UTF-8 character.
  static func cut(_ bytes: ArraySlice<UInt8>, to count: Int) -> ArraySlice<UInt8> {
    guard bytes.count > count else { return bytes }
    var end = bytes.startIndex + max(0, count)
    while end > bytes.startIndex, bytes[end] & 0xc0 == 0x80 { end -= 1 }
    return bytes[..<end]
  }

  /// Whether a name may be one of these.
  static func isPossible(_ name: [UInt8]) -> Bool {
    guard let start = name.firstIndex(of: marker[0]) else { return false }
    return name[start...].indices.contains { name[$0...].starts(with: marker) }
  }
}
