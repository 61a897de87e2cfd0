// modules: VaultEncoding VaultCRDT
import VaultCRDT
import VaultEncoding

/// Batches: what decodes can be written again, merged, and the tree used.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  guard let batch = try? Batch(decoding: bytes) else { return 0 }
  precondition((try? Batch(decoding: batch.encode())) == batch)
  precondition(batch.operations.count == batch.count)
  var tree = Tree()
  let outcome = tree.merge([batch])
  let fates = outcome.appliedCount + outcome.waiting.count + outcome.refused.count
  precondition(fates == 1)
  guard outcome.appliedCount == 1, batch.count < 1_024 else { return 0 }
  do { try tree.checkInvariants() } catch { preconditionFailure("\(error)") }
  tree.forEachFolder { _, children in
    for child in children { precondition(tree.path(of: child.object) != nil) }
  }
  precondition((try? Tree(checkpoint: tree.encodeCheckpoint())) != nil)
  return 0
}
