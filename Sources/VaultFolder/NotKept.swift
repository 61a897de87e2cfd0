/// Something in the folder that a vault does not keep, for a report: nothing is lost silently.
public struct NotKept: Hashable, Sendable {
  /// What is not kept.
  public enum Reason: Hashable, Sendable {
    /// A pipe, socket or device: not kept at all.
    case kind(FileKind)
    /// The owner is somebody else; the file is kept, its owner is not.
    case foreignOwner(user: UInt32, group: UInt32)
    /// An access control list.
    case accessControlList
    /// A capability of a program.
    case capability
    /// Another attribute that is not the user's.
    case attribute(String)
    /// User attributes of more than ``ExtendedAttributes/bytesMax`` bytes.
    case attributesOverLimit
  }

  /// Where.
  public let path: FolderPath
  /// What.
  public let reason: Reason

  /// A report of these values.
  public init(path: FolderPath, reason: Reason) {
    self.path = path
    self.reason = reason
  }

  /// What the stat of an entry says that is not kept: its kind, or a foreign owner.
  /// - Parameters:
  ///   - user: the number of the user whose vault it is.
  ///   - group: the number of that user's group.
  public init?(_ entry: FolderEntry, in folder: FolderPath, user: UInt32, group: UInt32) {
    guard !entry.isIgnored else { return nil }
    let path = folder.appending(entry.name)
    if !entry.kind.isKept {
      self.init(path: path, reason: .kind(entry.kind))
    } else if entry.stat.user != user || entry.stat.group != group {
      let owner = Reason.foreignOwner(user: entry.stat.user, group: entry.stat.group)
      self.init(path: path, reason: owner)
    } else {
      return nil
    }
  }
}

extension NotKept.Reason {
  /// The reason that an attribute of this name stands for; nothing for labels that the system
  /// itself puts on every file (`security.selinux` and its like).
  init?(attributeName name: [UInt8]) {
    switch String(decoding: name, as: UTF8.self) {
    case "system.posix_acl_access", "system.posix_acl_default", "system.nfs4_acl",
      "system.richacl":
      self = .accessControlList
    case "security.capability": self = .capability
    case "security.selinux", "security.SMACK64", "security.apparmor", "security.ima",
      "security.evm":
      return nil
    default: self = .attribute(TerminalText.escaped(name))
    }
  }
}

extension NotKept.Reason: Comparable {
  /// In the order of their words.
  public static func < (left: NotKept.Reason, right: NotKept.Reason) -> Bool {
    left.description < right.description
  }
}

extension NotKept.Reason: CustomStringConvertible {
  /// The reason in words.
  public var description: String {
    switch self {
    case .kind(.fifo): "named pipe"
    case .kind(.socket): "socket"
    case .kind(.characterDevice): "character device"
    case .kind(.blockDevice): "block device"
    case .kind: "special file"
    case .foreignOwner(let user, let group): "owner \(user):\(group)"
    case .accessControlList: "access control list"
    case .capability: "capability"
    case .attribute(let name): "attribute \(name)"
    case .attributesOverLimit: "attributes over \(ExtendedAttributes.bytesMax) bytes"
    }
  }
}
