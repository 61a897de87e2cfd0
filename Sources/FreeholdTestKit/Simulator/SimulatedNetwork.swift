import VaultEncoding
import VaultEnvironment

/// Carries requests between simulated machines, and loses, doubles, delays and breaks them as the
/// options say.
///
/// `@unchecked Sendable`: everything of one simulation runs on the executor's one thread.
final class SimulatedNetwork: @unchecked Sendable {
  /// What becomes of one request.
  private struct Fate {
    var wayThere: Duration
    var wayBack: Duration
    var loss = Loss.none
    var isDoubled = false
    var later: Duration
  }

  private enum Loss: String {
    case none, request, answer, late, brokenBefore, brokenAfter, intercepted
  }

  /// Set to a calm value in the quiet phase.
  var options: SimulationOptions
  /// Which device does not see which node.
  var cuts: Set<[Int]> = []
  /// Devices that met a false certificate at a node since this was last emptied.
  var intercepted: Set<[Int]> = []
  /// What was found in messages that must not be there.
  private(set) var leaks: [String] = []
  private(set) var requestCount = 0
  private(set) var bytes = 0

  private let nodes: [DID: SimulatedNode]
  private let timeline: SimulatedTimeline
  private let trace: SimulationTrace
  private let search: LeakSearch
  private let planted: PlantedFault
  private var generator: SeededGenerator

  init(
    nodes: [SimulatedNode], options: SimulationOptions, timeline: SimulatedTimeline,
    trace: SimulationTrace, search: LeakSearch, planted: PlantedFault, seed: UInt64
  ) {
    self.nodes = Dictionary(uniqueKeysWithValues: nodes.map { ($0.did, $0) })
    self.options = options
    self.timeline = timeline
    self.trace = trace
    self.search = search
    self.planted = planted
    generator = SeededGenerator(seed: seed)
  }

  /// Carries one request of a device that is alive as long as `isAlive` says so.
  func exchange(
    _ sent: NetworkRequest, from device: Int, with peer: NetworkPeer, timeout: Duration,
    isAlive: () -> Bool
  ) async throws(NetworkError) -> NetworkResponse {
    let request = planted.sent(sent, search.marker)
    guard let node = nodes[peer.did] else {
      throw NetworkError(.unreachable, peer: peer.did, "there is no such node")
    }
    guard isAlive() else { throw NetworkError(.cancelled, peer: peer.did, "the device is off") }
    requestCount += 1
    let number = requestCount
    let fate = drawFate(timeout: timeout)
    inspect(request, node: node.number)
    trace.note(
      "\(number) d\(device)→n\(node.number) \(request.method) \(Self.verb(request.path)) "
        + "\(request.body.count) \(fate.loss.rawValue)")
    try await wait(fate.wayThere, peer)
    if fate.loss == .intercepted {
      trace.count(.otherCertificate)
      intercepted.insert([device, node.number])
      throw NetworkError(.certificateRefused, peer: peer.did, "another certificate was shown")
    }
    let isCut = cuts.contains([device, node.number])
    guard !isCut, fate.loss != .request else {
      trace.count(isCut ? .unseenNode : .lostRequest)
      try await wait(timeout, peer)
      throw NetworkError(.timedOut, peer: peer.did, "\(peer.url) did not answer in time")
    }
    guard node.isUp else {
      trace.count(.nodeDown)
      throw NetworkError(.unreachable, peer: peer.did, "\(peer.url) refuses connections")
    }
    if fate.loss == .brokenBefore {
      trace.count(.brokenBefore)
      throw broken(peer)
    }
    if fate.loss == .late {
      trace.count(.lateRequest)
      timeline.schedule(after: fate.later) { _ = node.answer(request) }
      try await wait(timeout, peer)
      throw NetworkError(.timedOut, peer: peer.did, "\(peer.url) did not answer in time")
    }
    let answer = node.answer(request)
    if fate.isDoubled {
      trace.count(.doubledRequest)
      timeline.schedule(after: fate.later) { _ = node.answer(request) }
    }
    guard let answer else { throw broken(peer) }
    if fate.loss == .brokenAfter {
      trace.count(.brokenAfter)
      throw broken(peer)
    }
    if fate.loss == .answer {
      trace.count(.lostAnswer)
      try await wait(timeout, peer)
      throw NetworkError(.timedOut, peer: peer.did, "\(peer.url) did not answer in time")
    }
    try await wait(fate.wayBack, peer)
    guard isAlive() else { throw NetworkError(.cancelled, peer: peer.did, "the device is off") }
    bytes += answer.body.count
    if search.finds(in: answer.body) { leaks.append("an answer of node \(node.number)") }
    trace.note("\(number) ← \(answer.status) \(answer.body.count)")
    guard answer.body.count <= request.responseBytesMax else {
      throw NetworkError(.answerTooLarge, peer: peer.did, "the answer is too long")
    }
    return answer
  }

  private func broken(_ peer: NetworkPeer) -> NetworkError {
    NetworkError(.interrupted, peer: peer.did, "the connection to \(peer.url) broke off")
  }

  private func wait(_ duration: Duration, _ peer: NetworkPeer) async throws(NetworkError) {
    do {
      try await timeline.sleep(for: duration)
    } catch {
      throw NetworkError(.cancelled, peer: peer.did, "the request was cancelled")
    }
  }

  private func drawFate(timeout: Duration) -> Fate {
    func way() -> Duration {
      .milliseconds(generator.number(in: 1...max(1, options.latencyMillisecondsMax)))
    }
    var fate = Fate(
      wayThere: way(), wayBack: way(),
      later: .milliseconds(generator.number(in: 1...120_000)))
    // Drawn one after the other, whatever came before: more of one fault changes no other.
    let draws: [(Int, Loss)] = [
      (options.requestLoss, .request), (options.answerLoss, .answer), (options.lateness, .late),
      (options.breakage / 2, .brokenBefore), (options.breakage / 2, .brokenAfter),
      (options.interception, .intercepted),
    ]
    for (likelihood, loss) in draws where generator.number(in: 0...999) < likelihood {
      fate.loss = loss
    }
    fate.isDoubled = generator.number(in: 0...999) < options.duplication
    return fate
  }

  private func inspect(_ request: NetworkRequest, node: Int) {
    bytes += request.body.count
    if search.finds(in: request.body) || search.finds(in: request.path)
      || request.headers.contains(where: { search.finds(in: $0.value) })
    {
      leaks.append("a request to node \(node): \(request.method) \(Self.verb(request.path))")
    }
  }

  /// The path without a shard's name.
  private static func verb(_ path: String) -> String {
    path.hasPrefix("/v1/shard/") ? "shard" : String(path.dropFirst(4))
  }
}

/// The network as one start of a device sees it.
struct DeviceNetwork: Network {
  let network: SimulatedNetwork
  let device: SimulatedDevice
  let start: Int

  func exchange(
    _ request: NetworkRequest, with peer: NetworkPeer, timeout: Duration
  ) async throws(NetworkError) -> NetworkResponse {
    try await network.exchange(
      request, from: device.number, with: peer, timeout: timeout,
      isAlive: { device.startCount == start && !device.medium.isOff })
  }
}
