import Freehold
import VaultEncoding

extension Simulation {
  /// What one device does until the quiet phase.
  func runScript(of device: SimulatedDevice) async {
    if device.vault == nil {
      await pause(secondsMax: 120)
      guard await joinLate(device) else { return }
    }
    if device.number == 0 { await rewriteOften(device) }
    for step in 0..<options.stepCount {
      await pause(secondsMax: 20)
      await takeStep(device)
      await restartIfOff(device)
      guard await loseTime(device, at: step) else { return }
      if device === devices.first, step >= options.stepCount / 2 { await shareLate() }
      if device.number == 1, step >= options.stepCount / 2 { await shareToo(device) }
    }
    if isAway(device) { return trace.count(.deviceWasAway) }
    await sync(device)
    await restartIfOff(device)
    await read(device)
    await restartIfOff(device)
  }

  /// Writes one file again and again: a long history of a small tree, as checkpoints stand for.
  private func rewriteOften(_ device: SimulatedDevice) async {
    guard options.rewriteCount > 0, await hasOwnFolder(device) else { return }
    let path = [name("often", most: 1)]
    for _ in 0..<options.rewriteCount {
      var model = device.model
      let content = contents.make(sizeBytes: 64, author: device.number)
      model.files[path] = content.number
      await change(device, to: model) { vault, own in
        try await vault.write(own.path(path), bytes: content.bytes)
      }
      await restartIfOff(device)
    }
    await sync(device)
    await restartIfOff(device)
  }

  /// Whether a device syncs in the quiet phase only.
  private func isAway(_ device: SimulatedDevice) -> Bool {
    options.staysAway && device.number == 1
  }

  /// Joins while things go wrong; the admitting device may be off for a while.
  private func joinLate(_ device: SimulatedDevice) async -> Bool {
    for _ in 0..<20 {
      do {
        try await join(device)
        trace.count(.deviceJoinedLate)
        return true
      } catch {
        trace.note("d\(device.number) cannot join yet")
        if device.vault != nil { return true }
        await pause(secondsMax: 20)
      }
    }
    return false
  }

  func takeStep(_ device: SimulatedDevice) async {
    guard await hasOwnFolder(device) else { return }
    if device.oldHome?.leavesOwn == true {
      if generator.happens(onceIn: 3) { await sync(device) }
      return await changeShared(device)
    }
    if guest != nil, !device.isGuest, generator.happens(onceIn: 10) {
      return await moveIntoShared(device)
    }
    switch generator.number(in: 0...99) {
    case ..<26: await writeOwn(device)
    case ..<33: await makeOwnFolder(device)
    case ..<42: await moveOwn(device)
    case ..<49: await removeOwn(device)
    case ..<64 where device.isGuest && options.guest == .writeOwn: await tryOutside(device)
    case ..<64: await changeShared(device)
    case ..<78: await read(device)
    default: if !isAway(device) { await sync(device) }
    }
  }

  /// Makes the own folder, unless that was done before.
  private func hasOwnFolder(_ device: SimulatedDevice) async -> Bool {
    do {
      try await device.vault?.makeFolder(VaultPath([device.folderName]))
      return true
    } catch {
      if device.mayFail {
        await restart(device)
      } else {
        report("device \(device.number) failed without a reason: \(error)")
      }
      return false
    }
  }

  // MARK: The own folder, of which the model knows everything

  private func writeOwn(_ device: SimulatedDevice) async {
    var model = device.model
    let path = oneOf(Array(model.folders) + [[]]) + [name("file", most: 6)]
    guard !model.folders.contains(path) else { return }
    let content = contents.make(sizeBytes: drawSize(), author: device.number)
    model.files[path] = content.number
    trace.note("d\(device.number) writes \(content.bytes.count)")
    await change(device, to: model) { vault, own in
      try await vault.write(own.path(path), bytes: content.bytes)
    }
  }

  private func makeOwnFolder(_ device: SimulatedDevice) async {
    var model = device.model
    let path = oneOf(Array(model.folders) + [[]]) + [name("folder", most: 3)]
    guard model.files[path] == nil, path.count < 5 else { return }
    model.folders.insert(path)
    trace.note("d\(device.number) makes a folder")
    await change(device, to: model) { vault, own in try await vault.makeFolder(own.path(path)) }
  }

  private func moveOwn(_ device: SimulatedDevice) async {
    var model = device.model
    let things = Array(model.files.keys) + Array(model.folders)
    guard !things.isEmpty else { return }
    let path = oneOf(things)
    let target = oneOf(Array(model.folders) + [[]]) + [name("moved", most: 6)]
    guard model.files[target] == nil, !model.folders.contains(target), !target.starts(with: path)
    else { return }
    model.move(path, to: target)
    trace.note("d\(device.number) moves")
    await change(device, to: model) { vault, own in
      try await vault.move(own.path(path), to: own.path(target))
    }
  }

  private func removeOwn(_ device: SimulatedDevice) async {
    var model = device.model
    let things = Array(model.files.keys) + Array(model.folders)
    guard !things.isEmpty else { return }
    let path = oneOf(things)
    model.remove(path)
    trace.note("d\(device.number) removes")
    await change(device, to: model) { vault, own in try await vault.remove(own.path(path)) }
  }

  /// Does one change of the own folder; after a failure it must be wholly there or wholly absent.
  func change(
    _ device: SimulatedDevice, to after: DeviceModel,
    _ body: (Vault, SimulatedDevice) async throws -> Void
  ) async {
    guard let vault = device.vault else { return }
    let before = device.model
    do {
      try await body(vault, device)
      device.note(after)
    } catch {
      trace.note("d\(device.number) failed")
      guard device.mayFail else {
        return report("device \(device.number) failed without a reason: \(error)")
      }
      await restart(device)
      guard let found = await ownModel(of: device, on: device) else { return }
      guard found == before || found == after else {
        return report(
          "device \(device.number): a change that failed is there in part: "
            + found.difference(from: before))
      }
      device.note(found)
    }
  }

  // MARK: The shared folder, in which everybody meets

  func changeShared(_ device: SimulatedDevice) async {
    guard let vault = device.vault else { return }
    do {
      let shared = VaultPath(meetingPlace(on: device))
      let entries = try await vault.list(shared, isRecursive: true)
      let folders = [shared.names] + entries.filter { $0.kind == .folder }.map(\.path)
      let target = VaultPath(oneOf(folders) + [name("both", most: 4)])
      trace.note("d\(device.number) changes what is shared: \(entries.count)")
      switch generator.number(in: 0...9) {
      case ..<5:
        let content = contents.make(sizeBytes: drawSize(), author: device.number)
        try await vault.write(target, bytes: content.bytes)
      case ..<6: try await vault.makeFolder(target)
      case ..<8 where !entries.isEmpty:
        try await vault.move(VaultPath(oneOf(entries).path), to: target)
      case 8 where !entries.isEmpty: try await vault.remove(VaultPath(oneOf(entries).path))
      default:
        if let entry = entries.first {
          try await vault.setAttributes(
            of: VaultPath(entry.path), permissions: UInt32(generator.number(in: 0...0o777)))
        }
      }
      device.sharedCount += 1
    } catch let error as FreeholdError where [.usage, .noSuchVault].contains(error.code) {
      // Two devices want different things here, or the name is taken: that is no fault.
    } catch let error as FreeholdError where error.code == .refused && guest != nil {
      // It has heard that the folder is shared, and not its key yet.
    } catch {
      guard device.mayFail else {
        return report("device \(device.number) failed without a reason: \(error)")
      }
      await restart(device)
    }
  }

  // MARK: Reading and syncing

  func read(_ device: SimulatedDevice) async {
    guard let vault = device.vault else { return }
    let entries = ((try? await vault.list(.root, isRecursive: true)) ?? []).filter {
      $0.kind == .file
    }
    // What others wrote comes from the nodes, and long files from packs: they are read most.
    let others = entries.filter { $0.path.first != device.folderName }
    let packed = others.filter { $0.sizeBytes > 512 }
    let packedCount = options.lie?.isAboutShards == true ? 6 : 1
    let picks = [others, entries] + [[VaultEntry]](repeating: packed, count: packedCount)
    for entries in picks where !entries.isEmpty {
      let entry = oneOf(entries)
      trace.note("d\(device.number) reads \(entry.sizeBytes)")
      _ = await checkContent(of: entry, on: device)
    }
  }

  /// Exchanges with the nodes, and remembers what was acknowledged.
  @discardableResult
  func sync(_ device: SimulatedDevice) async -> SyncReport? {
    guard let vault = device.vault else { return nil }
    let state = device.history.count - 1
    network.intercepted = network.intercepted.filter { $0[0] != device.number }
    do {
      let report = planted.report(try await vault.sync())
      guard !device.medium.isOff else { return nil }
      trace.note(
        "d\(device.number) synced \(report.nodesReached)/\(report.nodesAsked) "
          + "\(report.redundancy.isMet)")
      check(report.problems, of: device)
      if report.redundancy.isMet { device.acknowledged = state }
      device.isRenewed = false
      return report
    } catch is HomeRenewed {
      // A new device from now on, as after an old copy was put back: the next sync goes on as it.
      trace.note("d\(device.number) is renewed")
      device.isRenewed = true
      await restart(device)
      return nil
    } catch let error as FreeholdError
      where error.code == .offline && (device.isRenewed || hasLostTime)
    {
      // A home that is, or may be, a copy does nothing before a node has answered.
      trace.note("d\(device.number) waits for a node")
      return nil
    } catch let error as FreeholdError
      where error.code == .tampered && hasLostTime && mayBeDeceived(device)
    {
      // It knows that it is a copy, and cannot learn from a liar what the other home has written.
      trace.note("d\(device.number) waits for an honest node")
      return nil
    } catch {
      trace.note("d\(device.number) could not sync")
      if device.mayFail {
        await restart(device)
      } else {
        self.report("device \(device.number) failed to sync without a reason: \(error)")
      }
      return nil
    }
  }

  /// Whether a node lies to a device, or somebody stands between them.
  private func mayBeDeceived(_ device: SimulatedDevice) -> Bool {
    nodes.contains { $0.evil != nil } || network.intercepted.contains { $0[0] == device.number }
  }

  // MARK: Chance

  /// One of some things, all equally likely.
  ///
  /// Sorted first where they come from a set.
  func oneOf<Thing>(_ things: [Thing]) -> Thing {
    things[generator.number(in: 0...(things.count - 1))]
  }

  func oneOf(_ paths: [[[UInt8]]]) -> [[UInt8]] {
    let sorted = paths.sorted {
      $0.joined(separator: [0]).lexicographicallyPrecedes($1.joined(separator: [0]))
    }
    return sorted[generator.number(in: 0...(sorted.count - 1))]
  }

  func name(_ stem: String, most: Int) -> [UInt8] {
    Array(secretName("\(stem)-\(generator.number(in: 1...most))").utf8)
  }

  private func drawSize() -> Int {
    if generator.number(in: 0...999) < options.longFiles {
      return generator.number(in: 1_000_000...2_600_000)
    }
    return generator.happens(onceIn: 2)
      ? generator.number(in: 20...512) : generator.number(in: 513...options.fileBytesMax)
  }
}

extension SimulatedDevice {
  /// A path in the own folder.
  func path(_ names: [[UInt8]]) -> VaultPath { VaultPath([folderName] + names) }

  /// Whether something was done to the machine that makes failures its right.
  var mayFail: Bool {
    let faults = medium.faults
    return medium.isOff || !faults.failures.isEmpty || faults.freeBytes != nil
      || faults.crashAtStep != nil
  }
}

extension DeviceModel {
  /// What differs, in numbers.
  func difference(from other: DeviceModel) -> String {
    let files = Set(self.files.keys).symmetricDifference(other.files.keys).count
    let folders = self.folders.symmetricDifference(other.folders).count
    let changed = self.files.count { (other.files[$0.key] ?? $0.value) != $0.value }
    return "\(files) files, \(folders) folders, \(changed) contents differ"
  }
}
