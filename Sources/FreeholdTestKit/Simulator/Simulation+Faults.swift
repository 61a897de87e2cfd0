import VaultEncoding
import VaultEnvironment

extension Simulation {
  /// Sets clocks wrong and puts the liar in its place.
  func startFaults() {
    let most = options.clockErrorSecondsMax
    if most > 0 {
      for clock in machines.map(\.clock) + nodes.map(\.clock) where most < 86_400 {
        clock.setError(.seconds(generator.number(in: -most...most)))
      }
      trace.count(.wrongClock)
      if most >= 86_400 {
        oneOf(machines).clock.setError(.seconds(generator.number(in: -most...most)))
      }
    }
    if let lie = options.lie {
      let node = oneOf(nodes)
      liars.insert(node.number)
      node.evil = EvilNode(
        lie, likelihood: generator.number(in: 200...1_000), seed: generator.next())
    }
  }

  /// Does things to machines and lines until the devices are done.
  func runFaults() async {
    var losesDisk = options.losesNodeDisk
    var ticks = 0
    while !isSafetyPhaseOver {
      await pause(secondsMax: 20)
      ticks += 1
      if happens(options.partition) { cutOrMend() }
      if happens(options.nodeCrash) { crash(oneOf(nodes)) }
      if happens(options.deviceCrash) { crash(oneOf(machines)) }
      if happens(options.diskFailure) { breakDisk() }
      if losesDisk, generator.happens(onceIn: 8) {
        losesDisk = false
        let node = oneOf(nodes)
        trace.note("n\(node.number) loses its disk")
        node.loseDisk()
        trace.count(.nodeDiskLost)
      }
      for node in nodes where !node.isUp && generator.happens(onceIn: 2) { start(node) }
      for cut in network.cuts.sorted(by: { $0.lexicographicallyPrecedes($1) })
      where generator.happens(onceIn: 4) { network.cuts.remove(cut) }
    }
  }

  private func happens(_ likelihood: Int) -> Bool { generator.number(in: 0...999) < likelihood }

  private func cutOrMend() {
    let cut = [oneOf(machines).number, oneOf(nodes).number]
    trace.note("d\(cut[0]) and n\(cut[1]) lose sight of each other")
    network.cuts.insert(cut)
  }

  /// At once, or at one of the next steps of its disk.
  private func crash(_ node: SimulatedNode) {
    guard node.isUp else { return }
    if generator.happens(onceIn: 2) {
      trace.note("n\(node.number) crashes")
      trace.count(.nodePowerCut)
      node.stop()
    } else {
      let step = generator.number(in: 1...24)
      trace.note("n\(node.number) will crash at step \(step)")
      node.medium.faults = SimulatedFaults(crashAtStep: step)
    }
  }

  private func crash(_ device: SimulatedDevice) {
    guard device.vault != nil, !device.medium.isOff else { return }
    if generator.happens(onceIn: 2) {
      trace.note("d\(device.number) crashes")
      trace.count(.devicePowerCut)
      device.stop()
    } else {
      let step = generator.number(in: 1...40)
      trace.note("d\(device.number) will crash at step \(step)")
      device.medium.faults = SimulatedFaults(crashAtStep: step)
    }
  }

  /// One call fails, or the disk is full; on a node until its next start, on a device too.
  private func breakDisk() {
    let kinds: [SimulatedOperation.Kind] = [
      .write, .sync, .makeFile, .rename, .remove, .syncFolder,
    ]
    let kind = oneOf(kinds)
    var faults = SimulatedFaults()
    if generator.happens(onceIn: 3) {
      faults.freeBytes = UInt64(generator.number(in: 0...40_000))
    } else {
      faults.failures = [
        SimulatedFaults.Failure(of: [kind], at: generator.number(in: 1...3), with: .io)
      ]
    }
    let position = generator.number(in: 0...(machines.count + nodes.count - 1))
    if position < machines.count {
      let device = machines[position]
      guard device.vault != nil, !device.medium.isOff else { return }
      trace.note("the disk of d\(device.number) breaks")
      device.medium.faults = faults
    } else {
      let node = nodes[position - machines.count]
      guard node.isUp else { return }
      trace.note("the disk of n\(node.number) breaks")
      node.medium.faults = faults
    }
  }

  /// Starts a node again; it must come up whatever happened to it.
  func start(_ node: SimulatedNode) {
    do {
      try node.start()
      trace.note("n\(node.number) starts")
    } catch {
      report("node \(node.number) does not start again: \(error)")
    }
  }

  /// Starts a device again when it is off, and looks whether all is there that should be.
  func restartIfOff(_ device: SimulatedDevice) async {
    guard device.vault != nil, device.medium.isOff else { return }
    await restart(device)
    guard let found = await ownModel(of: device, on: device), found != device.model else { return }
    report(
      "device \(device.number) lost what was committed: "
        + found.difference(from: device.model))
  }

  /// Starts a device again; it must come up whatever happened to it.
  func restart(_ device: SimulatedDevice) async {
    await pause(secondsMax: 5)
    do {
      try device.restart()
      trace.note("d\(device.number) starts")
    } catch {
      report("device \(device.number) does not start again: \(error)")
    }
  }
}
