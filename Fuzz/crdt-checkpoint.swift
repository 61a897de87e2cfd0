// modules: VaultEncoding VaultCRDT
import VaultCRDT
import VaultEncoding

/// Checkpoints: what decodes is a sound tree that can be changed and written again.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  guard var tree = try? Tree(checkpoint: bytes) else { return 0 }
  do { try tree.checkInvariants() } catch { preconditionFailure("\(error)") }
  tree.forEachFolder { _, children in
    for child in children {
      precondition(tree.path(of: child.object) != nil)
      _ = tree.contents(of: child.object)
    }
  }
  for trashed in tree.trashed() { precondition(tree.isTrashed(trashed.object)) }
  _ = try? tree.commit(by: Bytes32(words: (1, 2, 3, 4)), at: 5) { draft in
    let folder = try draft.create(.folder, in: .root, named: [97])
    for child in draft.tree.children(of: .root) where child.object != folder {
      try draft.move(child.object, to: folder)
    }
    try draft.trash(folder)
  }
  do { try tree.checkInvariants() } catch { preconditionFailure("\(error)") }
  precondition((try? Tree(checkpoint: tree.encodeCheckpoint())) != nil)
  return 0
}
