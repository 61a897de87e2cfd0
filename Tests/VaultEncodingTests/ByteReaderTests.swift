import Testing
import VaultEncoding

@Suite struct ByteReaderTests {
  @Test func `what is written is read`() throws {
    var generator = SeededGenerator.forTest()
    for _ in 0..<500 {
      let number = ArbitraryValue.number(&generator)
      let signed = Int64(bitPattern: number)
      let bytes = generator.bytes(generator.number(below: 50))
      let text = ArbitraryValue.text(&generator)
      let key = Bytes32.generate(using: &generator)
      var writer = ByteWriter()
      writer.writeUInt8(UInt8(truncatingIfNeeded: number))
      writer.writeUInt16(UInt16(truncatingIfNeeded: number))
      writer.writeUInt32(UInt32(truncatingIfNeeded: number))
      writer.writeUInt64(number)
      writer.writeVarint(number)
      writer.writeSignedVarint(signed)
      writer.writeLengthPrefixed(bytes)
      writer.writeText(text)
      writer.writeBytes32(key)
      var reader = ByteReader(writer.bytes)
      #expect(try reader.readUInt8() == UInt8(truncatingIfNeeded: number))
      #expect(try reader.readUInt16() == UInt16(truncatingIfNeeded: number))
      #expect(try reader.readUInt32() == UInt32(truncatingIfNeeded: number))
      #expect(try reader.readUInt64() == number)
      #expect(try reader.readVarint() == number)
      #expect(try reader.readSignedVarint() == signed)
      #expect(try reader.readLengthPrefixed(max: 50) == bytes)
      #expect(try reader.readText(max: 100).utf8.elementsEqual(text.utf8))
      #expect(try reader.readBytes32() == key)
      try reader.requireEnd()
    }
  }

  @Test func `each refusal has its error and leaves the cursor where it was or further`() {
    func error<Value>(
      _ bytes: [UInt8], _ read: (inout ByteReader) throws -> Value
    ) -> ByteReaderError? {
      var reader = ByteReader(bytes)
      do {
        _ = try read(&reader)
        return nil
      } catch {
        return error as? ByteReaderError
      }
    }
    #expect(error([]) { try $0.readUInt8() } == .truncated)
    #expect(error([1]) { try $0.readUInt16() } == .truncated)
    #expect(error([1, 2, 3]) { try $0.readUInt32() } == .truncated)
    #expect(error([0x80]) { try $0.readVarint() } == .truncated)
    #expect(error([0x80, 0]) { try $0.readVarint() } == .notShortest)
    let nine = [UInt8](repeating: 0xff, count: 9)
    #expect(error(nine + [1]) { try $0.readVarint() } == nil)
    #expect(error(nine + [2]) { try $0.readVarint() } == .numberTooLarge)
    #expect(error(nine + [0x81, 0]) { try $0.readVarint() } == .numberTooLarge)
    #expect(error([3, 1, 2]) { try $0.readLengthPrefixed(max: 9) } == .truncated)
    #expect(error([3, 1, 2, 3]) { try $0.readLengthPrefixed(max: 2) } == .overLimit)
    #expect(error(nine + [1]) { try $0.readLengthPrefixed(max: .max) } == .overLimit)
    #expect(error([1, 0xff]) { try $0.readText(max: 9) } == .invalidUTF8)
    #expect(error([9]) { try $0.readCount(max: 9, bytesEach: 2) } == .truncated)
    #expect(error([0]) { try $0.readCount(max: -1) } == nil)
    #expect(error([1]) { try $0.readBytes(-1) } == .truncated)
    #expect(error([1]) { try $0.readBytes(.max) } == .truncated)
    #expect(
      error([1]) { try $0.requireEnd() } == .trailingBytes)
  }

  @Test func `a reader of a part sees no more than the part`() throws {
    var reader = ByteReader([1, 2, 3, 4], in: 1..<3)
    #expect(reader.offset == 1)
    #expect(try reader.readUInt8() == 2)
    #expect(try reader.take(1) == 2..<3)
    #expect(reader.isAtEnd)
    #expect(throws: ByteReaderError.truncated) { try reader.readUInt8() }
    #expect(ByteReader([1, 2], in: 1..<99).remaining == 1)
    #expect(ByteReader([1, 2], in: 50..<99).remaining == 0)
  }

  @Test func `random bytes never trap`() {
    var generator = SeededGenerator.forTest()
    for _ in 0..<5000 {
      var reader = ByteReader(generator.bytes(generator.number(below: 24)))
      while !reader.isAtEnd {
        let isRead: Any? =
          switch generator.number(below: 6) {
          case 0: try? reader.readVarint()
          case 1: try? reader.readSignedVarint()
          case 2: try? reader.readLengthPrefixed(max: 8)
          case 3: try? reader.readText(max: 8)
          case 4: try? reader.readUInt32()
          default: try? reader.readCount(max: 5, bytesEach: 3)
          }
        if isRead == nil { break }
      }
    }
  }
}
