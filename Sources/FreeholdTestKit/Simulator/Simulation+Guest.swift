import Freehold
import VaultEncoding

// Somebody else has a folder of the vault, from the same nodes: a guest, with one machine.
extension Simulation {
  /// The folder that the guest has; for the guest it is everything.
  static let givenFolder = Array("given".utf8)
  /// In it, where the guest and the owner meet.
  static let meetingFolder = Array("both".utf8)
  private static let guestName = "guest"

  /// Where a device's own folder lies for a reader.
  func place(of device: SimulatedDevice, on reader: SimulatedDevice) -> [[UInt8]] {
    given(on: reader, device.isGuest) + [device.folderName]
  }

  private func given(on device: SimulatedDevice, _ isGiven: Bool = true) -> [[UInt8]] {
    isGiven && !device.isGuest ? [Self.givenFolder] : []
  }

  /// Where a device changes what others change too.
  func meetingPlace(on device: SimulatedDevice) -> [[UInt8]] {
    let isGiven = device.isGuest || device.oldHome?.leavesOwn == true
    guard guest != nil, isGiven || generator.happens(onceIn: 2) else {
      return [Self.sharedFolder]
    }
    return given(on: device) + [Self.meetingFolder]
  }

  // MARK: Sharing

  /// Grants the folder with the first device, and takes it up on the guest's machine.
  func share(with guest: SimulatedDevice) async throws {
    guard let vault = devices[0].vault, let right = options.guest else { return }
    let home = guest.startHome()
    let card = try home.makeCard(name: secretName("guest"), .unsealed)
    guestCard = card
    let offer = try await grant(right, to: guest, card, by: vault)
    guest.adopt(
      try Vault.accept(
        offer, deviceName: secretName("device"), folder: [], in: home, unlock: .unsealed),
      scope: offer.scope)
    trace.note("d\(guest.number) has a folder")
    trace.count(.folderShared)
  }

  private func grant(
    _ right: SimulationOptions.GuestRight, to guest: SimulatedDevice, _ card: PersonCard,
    by vault: Vault
  ) async throws -> ShareOffer {
    if await !vault.contacts().contains(where: { $0.name == Self.guestName }) {
      _ = try await vault.addContact(Self.guestName, card)
    }
    var terms = AccessTerms(right == .read ? .read : .write)
    if right == .writeOwn { terms.only = String(decoding: guest.folderName, as: UTF8.self) }
    let plan = try await vault.planGrant(
      terms, to: Self.guestName, at: VaultPath([Self.givenFolder]))
    return try await vault.grant(plan).offer
  }

  /// Has another device share the same folder with the same person, once; that device may not have
  /// heard that it is shared.
  func shareToo(_ device: SimulatedDevice) async {
    guard options.sharesTwice, !hasSharedTwice, let guest, let right = options.guest,
      let vault = device.vault
    else { return }
    do {
      let card =
        try guestCard ?? guest.startHome().makeCard(name: secretName("guest"), .unsealed)
      guestCard = card
      let isNews = try await vault.grants().isEmpty
      _ = try await grant(right, to: guest, card, by: vault)
      hasSharedTwice = true
      trace.note("d\(device.number) shares the folder too")
      trace.count(.sharedTwice)
      if isNews, guest.vault != nil { trace.count(.sharedAtOnce) }
    } catch {
      trace.note("d\(device.number) cannot share the folder yet")
      guard !device.mayFail else { return await restart(device) }
      let code = (error as? FreeholdError)?.code
      if code != .noSuchVault, code != .refused, !(hasLostTime && code == .offline) {
        report("a folder cannot be shared twice: \(error)")
      }
    }
  }

  /// Shares in the middle of everything, unless that was done before; what fails is done later.
  func shareLate() async {
    guard let guest, guest.vault == nil, options.sharesLate, devices[0].vault != nil else { return }
    do {
      try await share(with: guest)
      trace.count(.sharedLate)
    } catch let error as FreeholdError where error.code == .offline && hasLostTime {
      trace.note("the folder cannot be shared before a node has let d0 in")
    } catch {
      trace.note("the folder cannot be shared yet")
      guard !devices[0].mayFail else { return await restart(devices[0]) }
      report("a folder cannot be shared: \(error)")
    }
  }

  /// An owner's file goes into the folder that is, or will be, shared.
  func moveIntoShared(_ device: SimulatedDevice) async {
    let meeting = [Self.givenFolder, Self.meetingFolder]
    guard !device.model.files.isEmpty,
      (try? await device.vault?.list(VaultPath(meeting))) != nil
    else { return }
    let path = oneOf(Array(device.model.files.keys))
    let bytes = device.model.files[path].map { contents.bytes(of: $0) } ?? []
    let target = VaultPath(meeting + [name("moved in", most: 1_000_000)])
    var model = device.model
    model.remove(path)
    trace.note("d\(device.number) moves into what is shared")
    trace.count(.movedIntoShared)
    await change(device, to: model) { vault, own in
      try await vault.write(target, bytes: bytes)
      try await vault.remove(own.path(path))
    }
  }

  // MARK: What the guest does

  /// What the guest does until the quiet phase.
  func runGuestScript(of guest: SimulatedDevice) async {
    for _ in 0..<options.stepCount * 4 where guest.vault == nil { await pause(secondsMax: 20) }
    guard guest.vault != nil else { return }
    await sync(guest)
    for _ in 0..<options.stepCount {
      await pause(secondsMax: 20)
      if options.guest != .read {
        await takeStep(guest)
      } else if generator.happens(onceIn: 2) {
        await read(guest)
      } else {
        await sync(guest)
      }
      await restartIfOff(guest)
    }
    await sync(guest)
    await restartIfOff(guest)
  }

  /// Nothing that is shared changes by a guest that may write in its own folder only.
  func tryOutside(_ guest: SimulatedDevice) async {
    let before = await guest.vault?.treeDigest()
    await changeShared(guest)
    trace.count(.guestTriedOutside)
    let after = await guest.vault?.treeDigest()
    if let before, let after, before != after { report("a guest has written where it may not") }
  }

  // MARK: The end

  /// Brings the guest up again, or in where that never came about; or takes the folder back.
  func settle(_ guest: SimulatedDevice) async throws {
    if guest.vault == nil {
      try await share(with: guest)
    } else if guest.medium.isOff || options.diskFailure > 0 || guest.medium.isUnwell {
      await restart(guest)
    }
    if options.revokesGuest { await takeBack(from: guest) }
  }

  private func takeBack(from guest: SimulatedDevice) async {
    for device in living {
      await sync(device)
      // A new device is let in by its next sync.
      if device.isRenewed { await sync(device) }
      guard let vault = device.vault else { continue }
      do {
        let outcome = try await vault.revoke(
          vault.planRevocation(ofAccess: Self.guestName, to: VaultPath([Self.givenFolder])))
        trace.note("d\(device.number) takes the folder back")
        trace.count(.guestRevoked)
        for silent in outcome.coverage.silent where !hasLostDisk(silent.did) {
          report("a node that works does not know that the folder was taken back: \(silent.reason)")
        }
        guest.isLost = true
        return await letRevokedGuestTry(guest, after: device)
      } catch let error as FreeholdError where [.refused, .noSuchVault].contains(error.code) {
        trace.note("d\(device.number) may not take the folder back")
      } catch {
        return report("device \(device.number) cannot take the folder back: \(error)")
      }
    }
  }

  /// The guest writes on and asks the nodes, after the owner has written something more.
  private func letRevokedGuestTry(
    _ guest: SimulatedDevice, after device: SimulatedDevice
  ) async {
    let later = contents.make(sizeBytes: 700, author: device.number)
    do {
      try await device.vault?.write(
        VaultPath([Self.givenFolder, Array(secretName("later").utf8)]), bytes: later.bytes)
    } catch {
      return report("device \(device.number) cannot write what it took back: \(error)")
    }
    await sync(device)
    let content = contents.make(sizeBytes: 600, author: guest.number)
    late.insert(content.number)
    do {
      if options.guest != .read {
        try await guest.vault?.write(
          VaultPath([Self.meetingFolder, Array(secretName("late").utf8)]), bytes: content.bytes)
      }
      if let answer = try await guest.vault?.sync(), answer.nodesReached > 0 {
        report("nodes let a revoked guest in")
      }
    } catch {
      trace.note("d\(guest.number) is refused")
    }
    let seen = (try? await guest.vault?.list(.root, isRecursive: true)) ?? []
    if seen.contains(where: { contents.number(sizeBytes: $0.sizeBytes) == later.number }) {
      report("a revoked guest sees what was written later")
    }
    guest.stop()
  }

  /// What keeps the guest and the owner's devices from showing one folder.
  func guestDoubts(_ guest: SimulatedDevice) async -> [String] {
    var doubts: [String] = []
    var shown: Set<[String]> = []
    if !guest.isLost, await sync(guest) == nil { doubts.append("the guest did not sync") }
    for device in living + (guest.isLost ? [] : [guest]) {
      do {
        shown.insert(try await givenEntries(on: device))
      } catch {
        doubts.append("device \(device.number) does not show what is shared: \(error)")
      }
    }
    if shown.count > 1 { doubts.append("\(shown.count) different shared folders") }
    return doubts
  }

  /// All that is in the shared folder, as a device shows it.
  private func givenEntries(on device: SimulatedDevice) async throws -> [String] {
    let place = given(on: device)
    return try await device.vault?.list(VaultPath(place), isRecursive: true).map { entry in
      let path = entry.path.dropFirst(place.count).map { Hex.encode($0) }
      return "\(path.joined(separator: "/")) \(entry.kind) \(entry.sizeBytes)"
    } ?? []
  }
}
