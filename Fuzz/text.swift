// modules: VaultEncoding
// bytes: 80
import VaultEncoding

/// Sizes and times that people type.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let text = String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
  if let size = try? ByteSize(text) {
    precondition((try? ByteSize(size.text)) == size)
    precondition(!size.description.isEmpty)
  }
  if let timestamp = try? Timestamp(text) {
    precondition((try? Timestamp(timestamp.text)) == timestamp || timestamp.text.first == "-")
  }
  if let time = try? TimeExpression(text) {
    precondition((try? TimeExpression(time.text)) == time || time.text.contains("T"))
    for now in [Int64.min, 0, .max] {
      _ = time.moment(after: Timestamp(milliseconds: now)).text
      _ = time.moment(before: Timestamp(milliseconds: now)).text
    }
  }
  return 0
}
