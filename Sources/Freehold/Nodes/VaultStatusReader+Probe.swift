import VaultEncoding
import VaultEnvironment
import VaultStore
import VaultSync

extension VaultStatusReader {
  /// Asks every node who it is and whether it can store, side by side; by name.
  ///
  /// Needs no keys: a node shows its record and its certificate to everybody.
  public func probe() async throws -> [NodeProbe] {
    let nodes = try storedNodes()
    let environment = environment
    let probes = await withTaskGroup(of: NodeProbe.self) { group in
      for node in nodes { group.addTask { await Self.probe(node, environment) } }
      var probes: [NodeProbe] = []
      for await probe in group { probes.append(probe) }
      return probes
    }
    return probes.sorted { ($0.name, $0.did) < ($1.name, $1.did) }
  }

  private static let timeout = Duration.seconds(10)
  private static let answerBytesMax = 64 << 10

  /// Asks one node who it is and whether it can store.
  static func probe(_ node: StoredNode, _ environment: Environment) async -> NodeProbe {
    var probe = NodeProbe(did: node.did, name: node.name, url: node.url)
    do {
      let known = try NodeRecord(verifying: node.record)
      let peer = NetworkPeer(
        url: known.addresses[0], pin: .certificate(known.certificate), did: known.node)
      let started = environment.clock.monotonic()
      let answer = try await environment.network.exchange(
        NetworkRequest(method: "GET", path: Endpoint.node, responseBytesMax: answerBytesMax),
        with: peer, timeout: timeout)
      probe.latencyMilliseconds = (environment.clock.monotonic() - started).milliseconds
      guard try NodeRecord(verifying: answer.body).node == node.did else {
        throw FreeholdError(
          .tampered, "another node answers at \(node.url)",
          hint: "ask the host of \(node.name) for a new invitation")
      }
      probe.clockDifferenceMilliseconds = answer.header("date")
        .flatMap { HTTPDate.timestamp($0) }
        .map { Int($0.milliseconds(since: environment.clock.now())) }
      let ready = try await environment.network.exchange(
        NetworkRequest(method: "GET", path: "/readyz", responseBytesMax: answerBytesMax),
        with: peer, timeout: timeout)
      probe.isReady = ready.status == 200
    } catch {
      probe.problem = NodeTrouble(error, name: node.name, url: node.url).asError
    }
    return probe
  }
}
