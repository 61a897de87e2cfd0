import NIOCore
import Synchronization

/// Counts connections, all and by address.
///
/// A connection over a limit is kept long enough to be told so; the hard end, above which the
/// system's queue holds them, is set where the server binds.
final class ConnectionGate: Sendable {
  private struct State {
    var count = 0
    var byAddress: [String: Int] = [:]
    var refused: Set<ObjectIdentifier> = []
  }

  private let connectionsMax: Int
  private let perAddressMax: Int
  private let state = Mutex(State())

  init(connectionsMax: Int, perAddressMax: Int) {
    self.connectionsMax = connectionsMax
    self.perAddressMax = perAddressMax
  }

  /// The open connections.
  var count: Int { state.withLock { $0.count } }

  /// True when the connection is over a limit.
  func refuses(_ channel: any Channel) -> Bool {
    state.withLock { !$0.refused.isEmpty && $0.refused.contains(ObjectIdentifier(channel)) }
  }

  /// A handler for one connection's pipeline.
  func makeHandler() -> any RemovableChannelHandler { Handler(gate: self) }

  private func opened(_ channel: any Channel, address: String) {
    state.withLock { state in
      state.count += 1
      state.byAddress[address, default: 0] += 1
      if state.count > connectionsMax || state.byAddress[address, default: 0] > perAddressMax {
        state.refused.insert(ObjectIdentifier(channel))
      }
    }
  }

  private func closed(_ channel: any Channel, address: String) {
    state.withLock { state in
      state.count -= 1
      let left = state.byAddress[address, default: 1] - 1
      state.byAddress[address] = left > 0 ? left : nil
      state.refused.remove(ObjectIdentifier(channel))
    }
  }

  private final class Handler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = Any

    private let gate: ConnectionGate
    private var address: String?

    init(gate: ConnectionGate) { self.gate = gate }

    func handlerAdded(context: ChannelHandlerContext) {
      let address = context.channel.remoteAddress?.ipAddress ?? ""
      self.address = address
      gate.opened(context.channel, address: address)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
      guard let address else { return }
      self.address = nil
      gate.closed(context.channel, address: address)
    }
  }
}
