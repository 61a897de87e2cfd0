import HummingbirdCore
import NIOCore
import NIOPosix
import VaultSync

extension RequestResponder {
  /// Waits for a change: no thread is held, and no memory for bodies.
  ///
  /// Ends when the vault changes, the time is over, the node drains or the client is gone.
  func wait(_ request: NodeRequest, on channel: any Channel) async throws -> NodeResponse {
    let waiting = try await readers.runIfActive { [service] in service.beginWait(request) }
    let (seat, message): (WaitingSeat, WaitRequest)
    switch waiting {
    case .over(let response): return response
    case .seat(let taken, let asked): (seat, message) = (taken, asked)
    }
    defer { service.waitingRoom.leave(seat) }
    // A connection without a byte is closed after a while: the answer comes before that.
    let seconds = min(message.secondsMost, max(1, limits.idleSeconds * 2 / 3))
    let timer = channel.eventLoop.scheduleTask(in: .seconds(Int64(seconds))) {
      seat.tell(.timeIsOver)
    }
    defer { timer.cancel() }
    channel.closeFuture.whenComplete { [weak seat] _ in seat?.tell(.timeIsOver) }
    return service.response(to: await seat.end(), message)
  }
}
