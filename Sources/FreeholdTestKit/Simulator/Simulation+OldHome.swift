import Freehold

// A person puts a home back from a backup: the device then knows less than it has signed.
extension Simulation {
  /// Copies the home at one step and puts the copy back at a later one; false when the device has
  /// not caught up, and must not change anything until it has.
  func loseTime(_ device: SimulatedDevice, at step: Int) async -> Bool {
    guard options.losesTime, device.number == devices.count / 2, device.vault != nil,
      !device.medium.isOff
    else { return true }
    if step == options.stepCount / 3 {
      guard let copy = try? device.medium.copy() else { return true }
      device.oldHome = SimulatedDevice.OldHome(
        copy: copy, state: device.history.count - 1, sharedCount: device.sharedCount,
        leavesOwn: guest != nil && generator.happens(onceIn: 2))
    } else if step >= options.stepCount * 2 / 3, let old = device.oldHome {
      return await putBack(old, of: device)
    }
    return true
  }

  /// Only what a sync acknowledged can come back, so the copy is put back right after one.
  private func putBack(
    _ old: SimulatedDevice.OldHome, of device: SimulatedDevice
  ) async -> Bool {
    guard await sync(device)?.redundancy.isMet == true, !device.medium.isOff,
      device.acknowledged == device.history.count - 1,
      device.acknowledged > old.state || device.sharedCount > old.sharedCount
    else { return true }
    if device.acknowledged == old.state { trace.count(.oldHomeInShared) }
    device.oldHome = nil
    hasLostTime = true
    trace.note("d\(device.number) goes on from an old copy")
    trace.count(.oldHome)
    device.stop()
    device.medium.putBack(old.copy)
    await restart(device)
    if generator.happens(onceIn: 2) { await writeTooEarly(device) }
    for _ in 0..<4 {
      await sync(device)
      if device.medium.isOff { await restart(device) }
      let found = await ownModel(of: device, on: device)
      if found == device.model { return true }
      await pause(secondsMax: 30)
    }
    trace.note("d\(device.number) has not caught up")
    return false
  }

  /// Writes a file that none of the newer states has, before the copy has asked any node: its entry
  /// has a number that another one has at the nodes.
  private func writeTooEarly(_ device: SimulatedDevice) async {
    var model = device.model
    let content = contents.make(sizeBytes: 700, author: device.number)
    let path = [Array(secretName("early").utf8)]
    model.files[path] = content.number
    do {
      guard let vault = device.vault, try await vault.list(device.path([])).first != nil
      else { return }
      try await vault.write(device.path(path), bytes: content.bytes)
      device.note(model)
      trace.note("d\(device.number) writes before it has asked")
      trace.count(.oldHomeWrote)
    } catch {
      trace.note("d\(device.number) cannot write yet")
    }
  }
}
