import VaultCRDT
import VaultEncoding

/// What people call the devices of a vault, as the tree says: the same on all devices.
struct DeviceNames: Sendable {
  private let names: [Bytes32: String]

  /// The names in a tree.
  ///
  /// Complexity: O(settings).
  init(in tree: Tree) {
    var names: [Bytes32: String] = [:]
    for (key, value) in tree.settings(prefix: DeviceSetting.prefix) {
      guard let replica = Bytes32(key.dropFirst(DeviceSetting.prefix.count)) else { continue }
      names[replica] = String(decoding: value, as: UTF8.self)
    }
    self.names = names
  }

  /// A device's name; the end of its key when it has none.
  func label(_ replica: Bytes32) -> String {
    names[replica] ?? Self.unnamed(replica)
  }

  /// What a device without a name is called: the end of its key.
  static func unnamed(_ replica: Bytes32) -> String { String(DID(key: replica).text.suffix(8)) }
}

extension Tree {
  /// What people call the devices.
  ///
  /// Complexity: O(settings).
  var deviceNames: DeviceNames { DeviceNames(in: self) }

  /// Has names that clash marked with the device and the minute, like contents that do.
  ///
  /// To be called after every change of what devices are called.
  mutating func labelClashes() {
    let names = deviceNames
    conflictLabel = ConflictLabel { replica, time in
      ConflictName.label(names.label(replica), time)
    }
  }
}
