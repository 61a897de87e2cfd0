import VaultEncoding

/// Numbers, sizes and times as people read them.
enum Wording {
  /// `1.5 GiB`.
  static func size(_ bytes: Int) -> String { ByteSize(bytes: Int64(max(0, bytes))).description }

  /// `1 file`, `1,234 files`.
  static func count(_ number: Int, _ thing: String, plural: String? = nil) -> String {
    "\(grouped(number)) \(number == 1 ? thing : plural ?? thing + "s")"
  }

  /// `1,234,567`.
  static func grouped(_ number: Int) -> String {
    var text = ""
    for (index, digit) in String(number.magnitude).reversed().enumerated() {
      if index > 0, index.isMultiple(of: 3) { text.append(",") }
      text.append(digit)
    }
    return (number < 0 ? "-" : "") + String(text.reversed())
  }

  /// `3 minutes ago`.
  static func ago(_ time: Timestamp, now: Timestamp) -> String {
    let seconds = now.milliseconds(since: time) / 1000
    switch seconds {
    case ..<(-60): return "in the future (\(time.text))"
    case ..<10: return "just now"
    case ..<120: return "\(seconds) seconds ago"
    case ..<7200: return "\(seconds / 60) minutes ago"
    case ..<172_800: return "\(seconds / 3600) hours ago"
    default: return "\(seconds / 86_400) days ago"
    }
  }

  /// `0.4 s`, `12 s`, `3 min 20 s`, `2 h 5 min`.
  static func duration(milliseconds: Int) -> String {
    let seconds = milliseconds / 1000
    switch seconds {
    case ..<10: return "\(seconds).\(milliseconds % 1000 / 100) s"
    case ..<60: return "\(seconds) s"
    case ..<3600: return "\(seconds / 60) min \(seconds % 60) s"
    default: return "\(seconds / 3600) h \(seconds % 3600 / 60) min"
    }
  }

  /// A text filled up with spaces on the right.
  static func pad(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }

  /// A text filled up with spaces on the left.
  static func padLeft(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
  }
}
