import VaultEncoding
import VaultSync

extension NodeService {
  /// What becomes of a request to wait.
  enum Waiting: Sendable {
    /// There is an answer already.
    case over(NodeResponse)
    /// The shell waits at this seat, for so many seconds at most, and then asks `response`.
    case seat(WaitingSeat, WaitRequest)
  }

  /// `POST /v1/wait` without a way to wait: what the vault holds now.
  func wait(_ request: NodeRequest) throws -> NodeResponse {
    let admitted = try admit(request, as: .sync)
    _ = try WaitRequest(decoding: request.body)
    let summary = admitted.memory.index.summary.limited(to: admitted.caller.reaches)
    return .cbor(WaitResponse(digest: summary.contentDigest).bytes)
  }

  /// Checks who asks; takes a seat when the vault holds what the client believes.
  func beginWait(_ request: NodeRequest) -> Waiting {
    do {
      let admitted = try admit(request, as: .sync)
      let message = try WaitRequest(decoding: request.body)
      // The seat comes before the look: a push in between finds it taken.
      let caller = admitted.caller
      let seat = try waitingRoom.enter(for: admitted.vault, believing: message.digest) { scope in
        caller.reaches(scope)
      }
      do {
        let summary = try memory(of: admitted.vault).index.summary
        let digest = summary.limited(to: caller.reaches).contentDigest
        guard digest == message.digest, message.secondsMost > 0 else {
          waitingRoom.leave(seat)
          return .over(.cbor(WaitResponse(digest: digest).bytes))
        }
      } catch {
        waitingRoom.leave(seat)
        throw error
      }
      return .seat(seat, message)
    } catch {
      return .over(response(toAny: error))
    }
  }

  /// The answer when a wait is over.
  func response(to end: WaitingSeat.End, _ message: WaitRequest) -> NodeResponse {
    switch end {
    case .changed(let digest): .cbor(WaitResponse(digest: digest).bytes)
    case .timeIsOver: .cbor(WaitResponse(digest: message.digest).bytes)
    case .stopping: response(to: .stopping("the node is draining"))
    }
  }

  /// Sends those who wait away, because the node drains.
  func endWaits() { waitingRoom.close() }
}
