/// PADMÉ (Nikitin et al., «Reducing metadata leakage from encrypted files», PETS 2019).
///
/// A length L keeps only its first bits: with E = ⌊log₂ L⌋ and S = ⌊log₂ E⌋ + 1, the low E − S
/// bits are rounded up to zero. Example: 9 = 0b1001 → 10, 1000 → 1024, 100,000 → 100,352. A padded
/// length tells O(log log L) bits and costs at most 12 %, less for longer inputs.
public enum Padme {
  /// The padded length; at least `length`.
  ///
  /// Lengths that cannot be rounded up stay as they are.
  public static func paddedLength(_ length: Int) -> Int {
    precondition(length >= 0, "a length is not negative")
    guard length >= 2 else { return length }
    let exponent = floorLog2(length)
    let significant = floorLog2(exponent) + 1
    guard exponent > significant else { return length }
    let mask = (1 << (exponent - significant)) - 1
    let (sum, overflow) = length.addingReportingOverflow(mask)
    return overflow ? length : sum & ~mask
  }

  private static func floorLog2(_ value: Int) -> Int {
    value < 1 ? 0 : Int.bitWidth - 1 - value.leadingZeroBitCount
  }
}
