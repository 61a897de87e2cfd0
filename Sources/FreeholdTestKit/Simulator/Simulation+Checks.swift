import Freehold
import StorageNode
import VaultEncoding
import VaultEnvironment

extension Simulation {
  private static let roundsMax = 8

  // MARK: The quiet phase

  /// Everything works again: all must come to one tree within a few rounds.
  func comeTogether() async throws {
    trace.note("quiet")
    network.options = options.calm
    network.cuts = []
    for clock in machines.map(\.clock) + nodes.map(\.clock) { clock.setError(.zero) }
    if options.losesDevice, let device = devices.last {
      device.isLost = true
      trace.count(.deviceLost)
      device.stop()
    }
    for node in nodes {
      lieCount += node.evil?.lieCount ?? 0
      node.evil = nil
      // After a failed sync a disk is not trusted until the process starts again.
      if !node.isUp || options.diskFailure > 0 || node.medium.isUnwell { start(node.stopped) }
    }
    // Requests that are under way arrive before the end, not in the middle of the last checks.
    try await timeline.sleep(for: .seconds(300 + 86_400 * options.pauseDays))
    if options.pauseDays > 0 { trace.count(.longPause) }
    for device in living {
      if device.vault == nil {
        try await join(device)
      } else if device.medium.isOff || options.diskFailure > 0 || device.medium.isUnwell {
        await restart(device)
      }
    }
    if options.revokesLost, let lost = devices.last { await revokeLost(lost) }
    if let guest { try await settle(guest) }
    await syncUntilEqual()
  }

  /// The devices that are not lost.
  var living: [SimulatedDevice] { devices.filter { !$0.isLost } }

  private func syncUntilEqual() async {
    var doubts: [String] = []
    for round in 1...Self.roundsMax {
      doubts = []
      if round > 1 { try? await timeline.sleep(for: .seconds(900)) }
      for device in living {
        guard let report = await sync(device) else {
          doubts.append("device \(device.number) did not sync")
          continue
        }
        if !report.redundancy.isMet, !nodes.contains(where: \.hasLostDisk) {
          let problems = report.problems.map(\.message).joined(separator: "; ")
          doubts.append("device \(device.number) is not safe: \(problems)")
        }
        if report.problems.contains(.nothingHasCome) {
          doubts.append("device \(device.number) waits for a shared folder")
        }
      }
      var digests: Set<Bytes32> = []
      for device in living {
        if let vault = device.vault { digests.insert(await vault.treeDigest()) }
      }
      if digests.count > 1 { doubts.append("\(digests.count) different trees") }
      if let guest { doubts += await guestDoubts(guest) }
      if doubts.isEmpty {
        trace.note("equal after \(round) rounds")
        return
      }
    }
    report("did not come together in \(Self.roundsMax) rounds: \(doubts.joined(separator: ", "))")
  }

  // MARK: The end

  /// Looks at everything, after as many more nodes were lost as may be.
  func check() async {
    checkNodes()
    checkLeaks()
    loseSpareNodes()
    let reader = oneOf(living)
    for device in machines { await checkOwnFolder(of: device, on: reader) }
    await checkShared(on: reader, at: [Self.sharedFolder])
    if guest != nil { await checkShared(on: reader, at: [Self.givenFolder, Self.meetingFolder]) }
  }

  private func checkNodes() {
    for node in nodes {
      do {
        for problem in try node.service?.accountProblems() ?? ["it is down"] {
          report("node \(node.number): \(problem)")
        }
      } catch {
        report("node \(node.number) cannot say what it holds: \(error)")
      }
    }
  }

  private func checkLeaks() {
    for leak in network.leaks { report("plaintext in \(leak)") }
    for node in nodes {
      for file in node.medium.allFiles()
      where search.finds(in: file.bytes) || search.finds(in: file.path.bytes) {
        report("plaintext on the disk of node \(node.number): \(file.path)")
      }
    }
  }

  /// Stops as many nodes as may be lost, counting those that lost their disks.
  private func loseSpareNodes() {
    let spare = nodes.count < 2 ? 0 : 1
    var left = spare - nodes.count(where: \.hasLostDisk)
    for node in nodes.shuffled(using: &generator) where left > 0 && node.isUp {
      trace.note("n\(node.number) is lost")
      trace.count(.nodeLostAtEnd)
      node.stop()
      left -= 1
    }
  }

  /// A device's own folder is what the device made of it; of a lost device, what a sync had
  /// acknowledged or something later.
  private func checkOwnFolder(of device: SimulatedDevice, on reader: SimulatedDevice) async {
    guard let found = await ownModel(of: device, on: reader) else { return }
    if device.isLost {
      guard device.history[device.acknowledged...].contains(found) else {
        return report(
          "what device \(device.number) made and a sync acknowledged is gone: "
            + found.difference(from: device.history[device.acknowledged]))
      }
    } else if found != device.model {
      return report(
        "device \(reader.number) does not show what device \(device.number) made: "
          + found.difference(from: device.model))
    }
    let safe = Set(device.history[device.acknowledged].files.values)
    for (path, number) in found.files.sorted(by: { $0.value < $1.value }) {
      let place = VaultPath(place(of: device, on: reader) + path)
      guard let entry = try? await reader.vault?.list(place).first else { continue }
      let isRead = await checkContent(of: entry, on: reader)
      if !isRead, !device.isLost || safe.contains(number) {
        report("device \(reader.number) cannot read what device \(device.number) wrote")
      }
    }
  }

  private func checkShared(on reader: SimulatedDevice, at place: [[UInt8]]) async {
    guard let vault = reader.vault,
      let entries = try? await vault.list(VaultPath(place), isRecursive: true)
    else { return report("device \(reader.number) cannot list what is shared") }
    for entry in entries where entry.kind == .file {
      let number = contents.number(sizeBytes: entry.sizeBytes)
      if let number, late.contains(number) { report("what a revoked device wrote is seen") }
      let isRead = await checkContent(of: entry, on: reader)
      let mayBeGone = number.map { machines[contents.author(of: $0)].isLost } ?? false
      if !isRead, !mayBeGone { report("device \(reader.number) cannot read what is shared") }
    }
  }

  // MARK: Parts

  /// What a device shows of another's own folder; nil when it cannot be listed.
  func ownModel(of device: SimulatedDevice, on reader: SimulatedDevice) async -> DeviceModel? {
    var model = DeviceModel()
    do {
      let place = place(of: device, on: reader)
      let entries = try await reader.vault?.list(VaultPath(place), isRecursive: true) ?? []
      for entry in entries {
        let path = Array(entry.path.dropFirst(place.count))
        if entry.kind == .folder {
          model.folders.insert(path)
        } else if let number = contents.number(sizeBytes: entry.sizeBytes) {
          model.files[path] = number
        } else {
          report("device \(reader.number) shows a file that nobody wrote")
        }
      }
      return model
    } catch let error as FreeholdError where error.code == .noSuchVault {
      return model
    } catch {
      report("device \(reader.number) cannot list the folder of device \(device.number): \(error)")
      return nil
    }
  }

  /// Reads a file: its bytes are exactly those that were written, or reading throws.
  func checkContent(of entry: VaultEntry, on device: SimulatedDevice) async -> Bool {
    guard let vault = device.vault else { return false }
    var bytes: [UInt8] = []
    do {
      var problems: [Problem] = []
      (bytes, problems) = try await vault.wholeFile(VaultPath(entry.path))
      bytes = planted.read(bytes)
      check(problems, of: device)
    } catch {
      trace.note("d\(device.number) could not read")
      return false
    }
    guard let number = contents.number(sizeBytes: bytes.count),
      contents.bytes(of: number) == bytes
    else {
      report("device \(device.number) read bytes that nobody wrote")
      return true
    }
    let path = entry.path
    if path.first == device.folderName, let wanted = device.model.files[Array(path.dropFirst())],
      wanted != number, bytes.count == entry.sizeBytes
    {
      report("device \(device.number) read another content than it wrote there")
    }
    return true
  }

  /// Nobody honest is accused.
  func check(_ problems: [Problem], of device: SimulatedDevice) {
    for problem in problems where problem.severity == .danger {
      let node = nodes.first { $0.did == problem.node }
      if let node { accused.insert(node.number) }
      let isFair = node.map {
        $0.hasLostDisk || liars.contains($0.number)
          || network.intercepted.contains([device.number, $0.number])
      }
      // A device that went on from an old copy of its home may have signed two heads of a number.
      if !(isFair ?? hasLostTime) {
        report("device \(device.number) accuses without reason: \(problem.message)")
      }
    }
  }
}

extension Vault {
  /// A file's whole content, and what was wrong with nodes.
  fileprivate func wholeFile(_ path: VaultPath) async throws -> ([UInt8], [Problem]) {
    var bytes: [UInt8] = []
    let problems = try await read(path) { bytes += $0 }
    return (bytes, problems)
  }
}

extension SimulatedNode {
  /// The node after its power was cut.
  fileprivate var stopped: SimulatedNode {
    if isUp { stop() }
    return self
  }
}

extension SimulatedDisk {
  /// Whether something on it was made to fail.
  var isUnwell: Bool {
    let faults = self.faults
    return !faults.failures.isEmpty || faults.freeBytes != nil || faults.crashAtStep != nil
  }
}
