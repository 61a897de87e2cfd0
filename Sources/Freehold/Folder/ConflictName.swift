import VaultCRDT
import VaultEncoding

/// What the second content of a file is called: `report (conflict, laptop, 2026-11-22 14.05).odt`.
///
/// Made only of what all devices know alike, so it is the same on all of them.
enum ConflictName {
  private static let nameBytesMax = 255
  private static let endingBytesMax = 16
  private static let labelBytesMax = 64
  /// What every such name contains.
  static let marker = Array(" (conflict, ".utf8)

  /// Marks a name; never longer than a name may be.
  ///
  /// From the second attempt on the number is in it: the name before was taken.
  static func mark(
    _ name: [UInt8], _ head: ContentHead, label: String, attempt: Int = 1
  ) -> [UInt8] {
    var mark = marker + Array(self.label(label, head.time).utf8)
    if attempt > 1 { mark += Array(", \(attempt)".utf8) }
    mark = mark.map { $0 == 0 || $0 == 0x2f ? 0x2d : $0 } + [UInt8(ascii: ")")]
    let dot = name.lastIndex(of: UInt8(ascii: "."))
    let cut =
      dot.map { $0 > 0 && name.count - $0 <= endingBytesMax ? $0 : name.count } ?? name.count
    let ending = name[cut...]
    let room = max(0, nameBytesMax - mark.count - ending.count)
    return Array(Self.cut(name[..<cut], to: room)) + mark + ending
  }

  /// A device and a minute: `laptop, 2026-11-22 14.05`.
  static func label(_ device: String, _ time: HybridTime) -> String {
    let text = Timestamp(milliseconds: time.milliseconds).text
    let date = text.prefix(10) + " " + text.dropFirst(11).prefix(5).replacing(":", with: ".")
    let room = labelBytesMax - date.utf8.count - 2
    return String(decoding: cut(Array(device.utf8)[...], to: room), as: UTF8.self) + ", " + date
  }

  /// Whether a name may be one of these.
  static func isPossible(_ name: [UInt8]) -> Bool {
    name.indices.contains { name[$0] == marker[0] && name[$0...].starts(with: marker) }
  }

  /// The longest beginning of at most `count` bytes that does not end inside a character.
  private static func cut(_ bytes: ArraySlice<UInt8>, to count: Int) -> ArraySlice<UInt8> {
    guard bytes.count > count else { return bytes }
    var end = bytes.startIndex + max(0, count)
    while end > bytes.startIndex, bytes[end] & 0xc0 == 0x80 { end -= 1 }
    return bytes[..<end]
  }
}
