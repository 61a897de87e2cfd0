import Testing
import VaultEncoding

@Suite struct Bytes32Tests {
  @Test func `32 bytes come back as they went in and any other count is refused`() {
    let bytes = (0..<32).map { UInt8($0) }
    #expect(Bytes32(bytes)?.bytes == bytes)
    #expect(Bytes32(bytes)?.hex.hasPrefix("00010203") == true)
    #expect(Bytes32(hex: Hex.encode(bytes)) == Bytes32(bytes))
    #expect(Bytes32(bytes.dropLast()) == nil)
    #expect(Bytes32(bytes + [0]) == nil)
    #expect(Bytes32(hex: String(repeating: "g", count: 64)) == nil)
  }

  @Test func `order is the order of the bytes`() {
    for position in 0..<32 {
      var bytes = [UInt8](repeating: 0, count: 32)
      bytes[position] = 1
      guard let value = Bytes32(bytes) else { continue }
      #expect(Bytes32.zero < value)
      #expect(!(value < Bytes32.zero))
    }
  }

  @Test func `a scope has 16 bytes`() {
    let bytes = (0..<16).map { UInt8($0) &* 17 }
    #expect(ScopeID(bytes)?.bytes == bytes)
    #expect(ScopeID(bytes + [0]) == nil)
    #expect(ScopeID(hex: "00112233445566778899aabbccddeeff")?.bytes == bytes)
  }
}
