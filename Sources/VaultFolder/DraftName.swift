/// The name of a file in the making: `.freehold-tmp-` and 24 hexadecimal digits, of which the
/// first 16 are the writer's session and the rest counts.
struct DraftName: Hashable {
  let session: UInt64
  let number: UInt32

  init(session: UInt64, number: UInt32) {
    self.session = session
    self.number = number
  }

  /// Reads a name; nothing for names of the user, however similar.
  init?(_ name: UnsafeRawBufferPointer) {
    let prefix = FolderRoot.draftPrefix.utf8
    guard name.count == prefix.count + 24, name.starts(with: prefix) else { return nil }
    var value: UInt128 = 0
    for byte in name.dropFirst(prefix.count) {
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"):
        value = value << 4 | UInt128(byte - UInt8(ascii: "0"))
      case UInt8(ascii: "a")...UInt8(ascii: "f"):
        value = value << 4 | UInt128(byte - UInt8(ascii: "a") + 10)
      default: return nil
      }
    }
    self.init(
      session: UInt64(truncatingIfNeeded: value >> 32), number: UInt32(truncatingIfNeeded: value))
  }

  init?(_ name: FileName) {
    guard let draft = name.bytes.withUnsafeBytes({ DraftName($0) }) else { return nil }
    self = draft
  }

  var fileName: FileName {
    let session = String(session, radix: 16)
    let number = String(number, radix: 16)
    let digits =
      String(repeating: "0", count: 16 - session.count) + session
      + String(repeating: "0", count: 8 - number.count) + number
    return FileName(trusted: [UInt8]((FolderRoot.draftPrefix + digits).utf8))
  }
}
