import Freehold
import FreeholdTestKit
import StorageNode
import Testing
import VaultEncoding
import VaultEnvironment
import VaultSync

/// The tests of the tests: a bug that is put in must be found.
@Suite struct PlantedFaultTests {
  /// Runs seeds until one finds the bug; says what was found.
  private func found(
    _ planted: PlantedFault, _ options: SimulationOptions, seeds: ClosedRange<UInt64> = 1...10,
    saying word: String = ""
  ) -> String? {
    for seed in seeds {
      let outcome = Simulation.run(seed: seed, options: options, planted: planted)
      let violation = outcome.violations.first { word.isEmpty || $0.contains(word) }
      if let violation { return violation }
    }
    return nil
  }

  private func crashing(nodes: Int = 0, devices: Int = 0) -> SimulationOptions {
    var options = SimulationOptions()
    options.nodeCount = 2
    options.stepCount = 14
    options.nodeCrash = nodes
    options.deviceCrash = devices
    return options
  }

  @Test(arguments: [SimulatedOperation.Kind.sync, .syncFolder])
  func `a node that acknowledges before its disk has it is found`(
    skipped: SimulatedOperation.Kind
  ) {
    var planted = PlantedFault()
    planted.nodeCalls = { SkippingCalls($0, skipping: skipped) }
    #expect(found(planted, crashing(nodes: 400)) != nil)
  }

  @Test(arguments: [SimulatedOperation.Kind.sync, .syncFolder])
  func `a device that goes on before its disk has it is found`(
    skipped: SimulatedOperation.Kind
  ) {
    var planted = PlantedFault()
    planted.deviceCalls = { SkippingCalls($0, skipping: skipped) }
    #expect(found(planted, crashing(devices: 500), seeds: 1...20) != nil)
  }

  @Test func `nodes that throw shards away are found`() {
    var planted = PlantedFault()
    planted.afterAnswer = { _, request, disk in
      guard request.method == .put else { return }
      for file in disk.allFiles() where file.path.description.contains("/shards/") {
        _ = disk.replace(file.path, with: [])
      }
    }
    #expect(found(planted, SimulationOptions()) != nil)
  }

  @Test func `bytes that are not those written are found`() {
    var planted = PlantedFault()
    planted.read = { bytes in
      guard let last = bytes.last else { return bytes }
      return bytes.dropLast() + [last ^ 1]
    }
    let violation = found(planted, SimulationOptions())
    #expect(violation?.contains("nobody wrote") == true)
  }

  @Test func `an acknowledgement without a node is found`() {
    var planted = PlantedFault()
    planted.report = { report in
      var report = report
      report.redundancy = RedundancyStatus(
        needed: report.redundancy.needed, total: report.redundancy.total, isMet: true)
      return report
    }
    var options = SimulationOptions()
    options.deviceCount = 2
    options.losesDevice = true
    options.requestLoss = 950
    let violation = found(planted, options)
    #expect(violation?.contains("acknowledged") == true)
  }

  @Test func `a name in clear is found`() {
    var planted = PlantedFault()
    planted.sent = { request, secret in
      var request = request
      request.headers.append((name: "Title", value: "x" + secret.hexadecimal + "y"))
      return request
    }
    #expect(found(planted, SimulationOptions())?.contains("plaintext") == true)
  }

  @Test func `a content in clear is found`() {
    var planted = PlantedFault()
    planted.sent = { request, secret in
      guard request.method == "PUT" else { return request }
      var request = request
      request.body += secret
      return request
    }
    var options = SimulationOptions()
    options.fileBytesMax = 60_000
    #expect(found(planted, options, saying: "plaintext") != nil)
  }

  @Test func `an accusation of an honest node is found`() {
    var planted = PlantedFault()
    planted.answer = { _, request, service in
      var answer = service.answer(request)
      guard request.path == Endpoint.sync, var response = try? SyncResponse(decoding: answer.body)
      else { return answer }
      var asked = try? SyncRequest(decoding: request.body)
      asked?.known?.scopes = [:]
      let outline = StateOutline(StateSummary(feeds: [:], policy: [CID](), heads: [:]))
      response.content =
        asked?.known.map { .news(SyncNews(shown: $0)) } ?? .differs(outline)
      answer.body = response.bytes
      return answer
    }
    #expect(found(planted, SimulationOptions())?.contains("accuses without reason") == true)
  }
}

extension [UInt8] {
  fileprivate var hexadecimal: String {
    map { byte in
      let digits = String(byte, radix: 16)
      return digits.count == 1 ? "0" + digits : digits
    }.joined()
  }
}
