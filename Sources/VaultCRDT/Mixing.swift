/// Spreads a number over all 64 bits (the finaliser of MurmurHash3).
@inline(__always)
func mixed(_ number: UInt64) -> UInt64 {
  var word = number
  word ^= word >> 33
  word &*= 0xff51_afd7_ed55_8ccd
  word ^= word >> 33
  word &*= 0xc4ce_b9fe_1a85_ec53
  return word ^ (word >> 33)
}
