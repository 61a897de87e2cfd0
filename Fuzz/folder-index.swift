// modules: VaultEncoding VaultEnvironment VaultFolder
// bytes: 2048
import VaultEncoding
import VaultFolder

/// An index that is read is a tree, and writes itself so that it is read again; so does any ignore
/// file.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  if let index = try? FolderIndex(decoding: bytes) {
    let again = index.encoded()
    // Siblings are in no order, so the bytes may differ, the objects not.
    precondition((try? FolderIndex(decoding: again))?.count == index.count)
  }
  _ = IgnoreFile(parsing: bytes)
  return 0
}
