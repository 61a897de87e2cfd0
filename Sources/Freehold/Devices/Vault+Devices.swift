import VaultCRDT
import VaultEncoding
import VaultPolicy
import VaultStore
import VaultSync

extension Vault {
  /// The vault's devices: those that have access first, then by rank.
  public func devices() throws -> [DeviceSummary] {
    let grants = Dictionary(grouping: policy.state.grants.filter { $0.rank != nil }) {
      $0.principal
    }
    return try grants.map { did, grants in try summary(of: did, grants) }
      .sorted { left, right in
        if left.isActive != right.isActive { return left.isActive }
        return (left.rank, left.name, left.did) < (right.rank, right.name, right.did)
      }
  }

  private func summary(of device: DID, _ grants: [GrantRecord]) throws -> DeviceSummary {
    let live = grants.filter(\.isLive)
    let rank = (live.isEmpty ? grants : live).compactMap(\.rank).min() ?? 0
    let head = try database.read { try $0.head(of: device) }
    return DeviceSummary(
      did: device, name: deviceLabel(device.key), rank: Int(clamping: rank),
      since: try firstChange(of: device),
      lastSeen: try head.map { try Head(verifying: $0.envelope).time },
      isThis: device == self.device, isActive: !live.isEmpty)
  }

  /// When a device wrote its first change; nil when it is not here, or not to be opened.
  private func firstChange(of device: DID) throws -> Timestamp? {
    let entry = try database.read {
      try $0.entry(scope: scope, device: device, sequence: 1)
    }
    let opener = self.opener
    return entry.flatMap { try? opener.open($0) }.map {
      Timestamp(milliseconds: $0.time.milliseconds)
    }
  }

  /// The one device that a name, a DID or the end of one means.
  func find(device choice: String) throws -> DeviceSummary {
    let devices = try devices()
    let named = devices.filter { $0.name == choice && $0.isActive }
    let found =
      named.isEmpty
      ? devices.filter { $0.did.text == choice || isEnd(choice, of: $0.did) || $0.name == choice }
      : named
    guard found.count <= 1 else {
      let all = found.map { String($0.did.text.suffix(8)) }.joined(separator: ", ")
      throw FreeholdError(
        .usage, "several devices are called \(choice)", hint: "name one by its DID's end: \(all)")
    }
    guard let device = found.first else {
      throw FreeholdError(
        .noSuchVault, "there is no device called \(choice)",
        hint: "freehold device list shows them")
    }
    return device
  }

  private func isEnd(_ text: String, of device: DID) -> Bool {
    text.utf8.count >= 8 && device.text.hasSuffix(text)
  }
}
