import Freehold
import VaultEncoding

// The lost device is put out, and whoever has found it goes on with it.
extension Simulation {
  /// Revokes the lost device from one that is still there and stands above it.
  ///
  /// What a sync of it had acknowledged stays, which the last check sees; whatever it does from now
  /// on comes to nothing, which `letRevokedTry` sees.
  func revokeLost(_ lost: SimulatedDevice) async {
    guard let gone = lost.vault?.device else { return }
    for device in living {
      await sync(device)
      guard let vault = device.vault else { continue }
      do {
        let outcome = try await vault.revoke(vault.planRevocation(of: gone.text))
        trace.note("d\(device.number) revokes d\(lost.number)")
        trace.count(.deviceRevoked)
        for silent in outcome.coverage.silent where !hasLostDisk(silent.did) {
          report("a node that works does not know the revocation: \(silent.reason)")
        }
        return await letRevokedTry(lost)
      } catch let error as FreeholdError where [.refused, .noSuchVault].contains(error.code) {
        // A device that became a new one stands below those that were there before, and is not
        // known to anybody before its first sync.
        trace.note("d\(device.number) may not revoke d\(lost.number)")
      } catch {
        return report("device \(device.number) cannot revoke: \(error)")
      }
    }
  }

  func hasLostDisk(_ node: DID) -> Bool {
    nodes.contains { $0.did == node && $0.hasLostDisk }
  }

  /// The revoked device writes on and asks the nodes: they refuse it, and nothing of it is seen.
  private func letRevokedTry(_ revoked: SimulatedDevice) async {
    await restart(revoked)
    guard let vault = revoked.vault else { return }
    let content = contents.make(sizeBytes: 600, author: revoked.number)
    do {
      try await vault.write(
        VaultPath([Self.sharedFolder, Array(secretName("late").utf8)]), bytes: content.bytes)
      late.insert(content.number)
      let answer = try await vault.sync()
      if answer.nodesReached > 0 { report("nodes let a revoked device in") }
    } catch {
      trace.note("d\(revoked.number) is refused")
    }
    trace.count(.revokedWentOn)
    revoked.stop()
  }
}
