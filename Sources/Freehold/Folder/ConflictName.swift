import VaultCRDT
import VaultEncoding

/// What the second content of a file is called: `report (conflict, laptop, 2026-11-22 14.05).odt`.
///
/// Made only of what all devices know alike, so it is the same on all of them.
enum ConflictName {
  /// Marks a name; never longer than a name may be.
  static func mark(_ name: [UInt8], _ head: ContentHead, label: String) -> [UInt8] {
    let time = Timestamp(milliseconds: head.time.milliseconds).text
    let date = time.prefix(10) + " " + time.dropFirst(11).prefix(5).replacing(":", with: ".")
    let mark = Array(" (conflict, \(label), \(date))".utf8).filter { $0 != 0 && $0 != 0x2f }
    let dot = name.lastIndex(of: UInt8(ascii: "."))
    let cut = dot.map { $0 > 0 && name.count - $0 <= 16 ? $0 : name.count } ?? name.count
    let ending = name[cut...]
    let room = max(1, 255 - mark.count - ending.count)
    return Array(name[..<min(cut, room)]) + mark + ending
  }
}
