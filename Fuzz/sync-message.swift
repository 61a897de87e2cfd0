// modules: VaultEncoding VaultCrypto VaultPolicy VaultPacking VaultSync
// libraries: sodium zstd isal
import VaultEncoding
import VaultSync

/// Every message of the sync protocol: what is read is written the same again.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  func check(_ again: [UInt8]?) { if let again { precondition(again == bytes) } }
  if let request = try? SyncRequest(decoding: bytes) {
    precondition((try? SyncRequest(decoding: request.bytes)) == request)
  }
  if let response = try? SyncResponse(decoding: bytes) {
    precondition((try? SyncResponse(decoding: response.bytes)) == response)
    verify(response.news?.runs ?? [])
  }
  if let push = try? PushRequest(decoding: bytes) {
    check(push.bytes)
    verify(push.runs)
  }
  check((try? PushResponse(decoding: bytes))?.bytes)
  check((try? EnrollRequest(decoding: bytes))?.bytes)
  check((try? EnrollResponse(decoding: bytes))?.bytes)
  check((try? HaveRequest(decoding: bytes))?.bytes)
  check((try? HaveResponse(decoding: bytes))?.bytes)
  check((try? FeedEntry(decoding: bytes))?.bytes)
  if let refusal = try? Refusal(decoding: bytes) {
    precondition((try? Refusal(decoding: refusal.bytes)) == refusal)
  }
  if let memory = try? NodeMemory(decoding: bytes) {
    precondition((try? NodeMemory(decoding: memory.bytes)) == memory)
  }
  return 0
}

private func verify(_ runs: [FeedRun]) {
  for run in runs {
    let position = FeedPosition.start(of: run.feed, vault: run.feed.device)
    if let accepted = try? run.verified(continuing: position) {
      precondition(accepted.count <= run.entries.count)
    }
  }
}
