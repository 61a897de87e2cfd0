/// Sizes as people write them: `500`, `10GiB`, `1.5 TB`.
///
/// Binary units have an i, decimal ones do not.
public enum ByteSize {
  private static let units: [(name: String, bytes: Int64)] = [
    ("tib", 1 << 40), ("gib", 1 << 30), ("mib", 1 << 20), ("kib", 1 << 10),
    ("tb", 1_000_000_000_000), ("gb", 1_000_000_000), ("mb", 1_000_000), ("kb", 1_000),
    ("b", 1), ("", 1),
  ]

  /// The largest size understood: integers on the wire stay below 2^53.
  public static let bytesMax: Int64 = 1 << 53 - 1

  /// The bytes a text names; nil when it is no size.
  public static func parse(_ text: String) -> Int64? {
    let compact = text.filter { $0 != " " }.lowercased()
    let digits = compact.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
    let unit = String(compact.dropFirst(digits.count))
    guard let bytes = units.first(where: { $0.name == unit })?.bytes else { return nil }
    let parts = digits.split(separator: ".", omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count), parts.allSatisfy({ !$0.isEmpty && $0.count <= 16 }),
      let whole = Int64(parts[0])
    else { return nil }
    let product = whole.multipliedReportingOverflow(by: bytes)
    guard !product.overflow else { return nil }
    var total = product.partialValue
    if parts.count == 2 {
      guard parts[1].count <= 6, let fraction = Double("0." + parts[1]) else { return nil }
      total += Int64(fraction * Double(bytes))
    }
    return total >= 0 && total < bytesMax ? total : nil
  }

  /// A size as a person reads it: `1.5 GiB`.
  public static func text(_ bytes: Int64) -> String {
    for (name, unit) in [
      ("TiB", Int64(1) << 40), ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10),
    ]
    where bytes >= unit {
      let tenths = bytes / (unit / 10 == 0 ? 1 : unit / 10)
      let whole = bytes / unit
      let tenth = min(9, tenths - whole * 10)
      return tenth > 0 ? "\(whole).\(tenth) \(name)" : "\(whole) \(name)"
    }
    return "\(bytes) B"
  }
}
