import Glibc
import VaultEncoding

/// Looks for a secret in bytes: raw, as hexadecimal digits, and as base 64 at each of its offsets.
///
/// Every name and every content of a simulation holds the same random marker, so that one search
/// is enough for all of them.
struct LeakSearch: Sendable {
  /// What all names and contents hold.
  let marker: [UInt8]
  private let forms: [[UInt8]]

  /// Draws a marker of 12 bytes.
  init(using generator: inout SeededGenerator) {
    let marker = generator.bytes(12)
    self.marker = marker
    let hex = Hex.encode(marker)
    forms =
      [marker, Array(hex.utf8), Array(hex.uppercased().utf8)]
      + (0..<3).flatMap { offset -> [[UInt8]] in
        // The characters that depend on the marker alone, whatever stands before and behind it.
        let text = Multibase.encodeBare(
          [UInt8](repeating: 0, count: offset) + marker, as: .base64url)
        let core = Array(text.utf8.dropFirst([0, 2, 3][offset]).prefix(14))
        return [core, core.map { $0 == 0x2d ? 0x2b : $0 == 0x5f ? 0x2f : $0 }]
      }
  }

  /// Whether any form of the marker is in the bytes.
  func finds(in bytes: [UInt8]) -> Bool {
    bytes.withUnsafeBytes { haystack in
      forms.contains { form in form.withUnsafeBytes { Self.finds($0, in: haystack) } }
    }
  }

  /// Looks for the first byte with the C library, which is quick also without optimisation.
  private static func finds(
    _ needle: UnsafeRawBufferPointer, in haystack: UnsafeRawBufferPointer
  ) -> Bool {
    guard let bytes = haystack.baseAddress, let wanted = needle.baseAddress else { return false }
    var offset = 0
    while offset + needle.count <= haystack.count {
      let rest = haystack.count - needle.count - offset + 1
      guard let found = memchr(bytes + offset, Int32(needle[0]), rest) else { return false }
      if memcmp(found, wanted, needle.count) == 0 { return true }
      offset = UnsafeRawPointer(found) - bytes + 1
    }
    return false
  }

  /// Whether any form of the marker is in the text.
  func finds(in text: String) -> Bool { finds(in: Array(text.utf8)) }
}
