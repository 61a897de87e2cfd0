// modules: VaultEncoding
import VaultEncoding

/// Varints, and a `ByteReader` that is steered by the input itself.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  if let value = try? Varint.decode(bytes) { precondition(Varint.encode(value) == bytes) }
  var reader = ByteReader(bytes)
  while let kind = try? reader.readUInt8() {
    let before = reader.offset
    do {
      var writer = ByteWriter()
      switch kind % 8 {
      case 0: writer.writeVarint(try reader.readVarint())
      case 1: writer.writeSignedVarint(try reader.readSignedVarint())
      case 2: writer.writeLengthPrefixed(try reader.readLengthPrefixed(max: 64))
      case 3: writer.writeText(try reader.readText(max: 64))
      case 4: writer.writeUInt32(try reader.readUInt32())
      case 5: writer.writeBytes32(try reader.readBytes32())
      case 6: writer.writeCount(try reader.readCount(max: 1000, bytesEach: 3))
      default: writer.writeUInt16(try reader.readUInt16())
      }
      precondition(writer.bytes == Array(bytes[before..<reader.offset]))
    } catch {
      break
    }
  }
  return 0
}
