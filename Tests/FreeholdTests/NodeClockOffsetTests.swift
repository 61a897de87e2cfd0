import Testing
import VaultEncoding

@testable import Freehold

@Suite struct NodeClockOffsetTests {
  private static let now = Timestamp(milliseconds: 1_795_000_000_000)
  private static let year: Int64 = 365 * 86_400_000

  @Test func `a refusal while the clocks agree is not about the clocks`() {
    let offset = NodeClockOffset()
    let node = Self.now.advanced(byMilliseconds: 20_000)
    #expect(!offset.learn(node: node, own: Self.now, used: 0))
    #expect(offset.milliseconds == 0)
  }

  @Test(arguments: [year, -year, 310_000, -310_000])
  func `the node's time is learned, and a second refusal is final`(lead: Int64) {
    let offset = NodeClockOffset()
    let node = Self.now.advanced(byMilliseconds: lead)
    #expect(offset.learn(node: node, own: Self.now, used: 0))
    #expect(offset.milliseconds == lead)
    #expect(!offset.learn(node: node, own: Self.now, used: offset.milliseconds))
  }

  @Test func `requests that were on the way together are all signed again`() {
    let offset = NodeClockOffset()
    let node = Self.now.advanced(byMilliseconds: Self.year)
    #expect(offset.learn(node: node, own: Self.now, used: 0))
    #expect(offset.learn(node: node, own: Self.now, used: 0))
  }

  @Test(arguments: [Int64.min, Int64.max])
  func `a time that makes no sense does not trap`(milliseconds: Int64) {
    let offset = NodeClockOffset()
    _ = offset.learn(node: Timestamp(milliseconds: milliseconds), own: Self.now, used: -Self.year)
    _ = offset.learn(node: Self.now, own: Timestamp(milliseconds: milliseconds), used: Self.year)
  }
}
