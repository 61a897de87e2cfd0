/// The date in answers of HTTP servers: `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110, 5.6.7).
public enum HTTPDate {
  private static let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]

  /// The moment; nil for any other form.
  public static func timestamp(_ text: String) -> Timestamp? {
    let words = text.split(separator: " ")
    guard words.count == 6, words[1].count == 2, words[5] == "GMT",
      let month = months.firstIndex(of: String(words[2]))
    else { return nil }
    let number = month < 9 ? "0\(month + 1)" : "\(month + 1)"
    return try? Timestamp("\(words[3])-\(number)-\(words[1])T\(words[4])Z")
  }

  /// The text of a moment, without its milliseconds; nil before 1970 and after 9999.
  public static func text(_ time: Timestamp) -> String? {
    let parts = time.text.prefix(19).split { "-T:".contains($0) }
    guard time >= .epoch, parts.count == 6, let month = Int(parts[1]), parts[0].count == 4 else {
      return nil
    }
    // 1970 began on a Thursday.
    let day = days[Int((time.seconds / 86_400 + 4) % 7)]
    let clock = parts[3...].joined(separator: ":")
    return "\(day), \(parts[2]) \(months[month - 1]) \(parts[0]) \(clock) GMT"
  }
}
