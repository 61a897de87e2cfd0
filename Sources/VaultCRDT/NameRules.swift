/// Names are bytes, compared as bytes: two that differ by case or Unicode form are two names.
enum NameRules {
  /// 1 to 255 bytes, no slash, no NUL, neither `.` nor `..`.
  static func isValid(_ name: some Collection<UInt8>) -> Bool {
    let count = name.count
    guard count >= 1, count <= CRDTLimits.nameBytesMax else { return false }
    var dots = 0
    for byte in name {
      if byte == UInt8(ascii: "/") || byte == 0 { return false }
      if byte == UInt8(ascii: ".") { dots += 1 }
    }
    return dots != count || count > 2
  }
}
