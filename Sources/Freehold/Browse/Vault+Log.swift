import VaultCRDT
import VaultEncoding

extension Vault {
  /// What happened to the thing at a path, oldest first; to everything when the path is the root.
  ///
  /// A path that is gone is looked for among what was there before.
  public func log(_ path: VaultPath) async throws -> [VaultVersion] {
    if let inner = try await inner(path, at: nil), !inner.path.names.isEmpty {
      return try await inner.vault.log(inner.path).map { $0.below(inner.folder) }
    }
    var versions = try await ownLog(path)
    for (mount, part) in try await openParts() where mount.path.starts(with: path.names) {
      versions += try await part.log(.root).map { $0.below(mount.path) }
    }
    return versions
  }

  private func ownLog(_ path: VaultPath) async throws -> [VaultVersion] {
    try await completeHistory()
    let batches = Array(CausalOrder(try history()))
    let object = path.names.isEmpty ? nil : try findEver(path, batches)
    var past = Tree()
    var versions: [VaultVersion] = []
    for batch in batches {
      var seen: Set<ObjectID> = []
      var touches: [(object: ObjectID, event: VaultVersion.Event, oldPath: [[UInt8]]?)] = []
      for operation in batch.operations {
        guard let (touched, event) = Self.event(operation, before: past),
          object == nil || touched == object, seen.insert(touched).inserted
        else { continue }
        touches.append((touched, event, past.path(of: touched)))
      }
      _ = past.merge([batch])
      versions += touches.map {
        version($0.object, $0.event, batch, past: past, oldPath: $0.oldPath)
      }
    }
    return versions
  }

  private func version(
    _ object: ObjectID, _ event: VaultVersion.Event, _ batch: Batch, past: Tree,
    oldPath: [[UInt8]]?
  ) -> VaultVersion {
    let isFile = past.kind(of: object) == .file
    let value = past.contents(of: object).first?.value
    return VaultVersion(
      event: event, time: Timestamp(milliseconds: batch.time.milliseconds),
      device: deviceLabel(batch.replica),
      path: past.path(of: object) ?? oldPath ?? [past.wantedName(of: object) ?? []],
      sizeBytes: isFile ? value.flatMap { Manifest.size(decoding: $0) } : nil)
  }

  /// What an operation means to people; nil for attributes and settings.
  private static func event(
    _ operation: Operation, before: Tree
  ) -> (ObjectID, VaultVersion.Event)? {
    switch operation {
    case .create(let object, _, _, _): (object, .created)
    case .move(let object, let parent):
      (object, parent == .trash ? .deleted : before.isTrashed(object) ? .restored : .moved)
    case .rename(let object, _): (object, .moved)
    case .trash(let object): (object, .deleted)
    case .setContent(let object, _): (object, .changed)
    case .setAttribute, .setSetting: nil
    }
  }

  private func findEver(_ path: VaultPath, _ batches: [Batch]) throws -> ObjectID {
    if let object = tree.object(at: path.names) { return object }
    var past = Tree()
    var found: ObjectID?
    for batch in batches {
      _ = past.merge([batch])
      found = past.object(at: path.names) ?? found
    }
    guard let found else { return try find(path, in: tree) }
    return found
  }

  /// What people call a device.
  func deviceLabel(_ replica: Bytes32) -> String {
    let name = tree.setting(DeviceSetting.key(replica)).map {
      String(decoding: $0, as: UTF8.self)
    }
    return name ?? DeviceNames.unnamed(replica)
  }
}

/// The settings that say what devices are called, the same on all devices.
enum DeviceSetting {
  static let prefix = Array("device/".utf8)
  static func key(_ replica: Bytes32) -> [UInt8] { prefix + replica.bytes }

  /// The setting that names the devices which a device's home was before: whoever has the home may
  /// have their keys.
  static func formerKey(_ replica: Bytes32) -> [UInt8] {
    Array("device-former/".utf8) + replica.bytes
  }
}
