import Testing
import VaultEnvironment

struct RandomnessTests {
  /// Counts up, so that it can be seen which bytes were used.
  private final class Counting: Randomness {
    func fill(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: $0) } }
  }

  @Test func `the generator uses each byte of its source once`() {
    var generator = RandomnessGenerator(drawingFrom: Counting())
    var seen: Set<UInt8> = []
    for _ in 0..<32 {
      let word = generator.next()
      for shift in stride(from: 0, to: 64, by: 8) {
        seen.insert(UInt8(truncatingIfNeeded: word >> UInt64(shift)))
      }
    }
    #expect(seen.count == 256)
  }

  @Test func `the kernel gives as many bytes as asked and not the same twice`() {
    let source = LiveRandomness()
    #expect(source.fill(0).isEmpty)
    #expect(source.fill(100_000).count == 100_000)
    #expect(source.fill(32) != source.fill(32))
  }
}
