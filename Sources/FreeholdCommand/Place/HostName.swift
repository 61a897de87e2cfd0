import Glibc

/// What this machine is called.
enum HostName {
  /// The first part of the name; `device` when there is none.
  static var short: String {
    var buffer = [CChar](repeating: 0, count: 256)
    guard gethostname(&buffer, 255) == 0 else { return "device" }
    let name = buffer.withUnsafeBufferPointer { pointer in
      pointer.baseAddress.map { RawArguments.bytes(at: $0) } ?? []
    }
    return name.isEmpty ? "device" : String(decoding: name.prefix { $0 != 0x2E }, as: UTF8.self)
  }
}
