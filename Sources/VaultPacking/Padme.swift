/// Size classes that leak O(log log n) bits of a length: «Reducing Metadata Leakage from Encrypted
/// Files and Communication with PURBs» (Nikitin et al., PETS 2019), algorithm PADMÉ.
///
/// A length is rounded up until its binary form has no more significant bits than the form of its
/// exponent: 9 → 10, 100 → 104, 1,000,000 → 1,015,808. The padding is below 12 %, and shrinks.
public enum Padme {
  /// The least length of a size class that holds `length` bytes; 0 and 1 stay as they are.
  ///
  /// - Precondition: `length` is not negative and at most 2^62.
  public static func padded(_ length: Int) -> Int {
    precondition((0...1 << 62).contains(length))
    guard length > 1 else { return length }
    let exponent = Int.bitWidth - 1 - length.leadingZeroBitCount
    let mantissaBits = Int.bitWidth - exponent.leadingZeroBitCount
    let mask = exponent > mantissaBits ? (1 << (exponent - mantissaBits)) - 1 : 0
    return (length + mask) & ~mask
  }
}
