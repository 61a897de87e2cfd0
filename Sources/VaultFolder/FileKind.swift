/// What a name stands for.
public enum FileKind: UInt8, Hashable, Sendable, CaseIterable {
  /// A regular file.
  case file = 1
  /// A folder.
  case folder = 2
  /// A symbolic link.
  case symlink = 3
  /// A named pipe. Reported, not kept.
  case fifo = 4
  /// A socket. Reported, not kept.
  case socket = 5
  /// A character device. Reported, not kept.
  case characterDevice = 6
  /// A block device. Reported, not kept.
  case blockDevice = 7
  /// Something that this version has no word for. Reported, not kept.
  case other = 8

  /// The kind in the upper bits of a mode.
  public init(mode: UInt32) {
    switch mode & 0o170000 {
    case 0o100000: self = .file
    case 0o040000: self = .folder
    case 0o120000: self = .symlink
    case 0o010000: self = .fifo
    case 0o140000: self = .socket
    case 0o020000: self = .characterDevice
    case 0o060000: self = .blockDevice
    default: self = .other
    }
  }

  /// The bits of a mode that say this kind.
  public var modeBits: UInt32 {
    switch self {
    case .file: 0o100000
    case .folder: 0o040000
    case .symlink: 0o120000
    case .fifo: 0o010000
    case .socket: 0o140000
    case .characterDevice: 0o020000
    case .blockDevice: 0o060000
    case .other: 0
    }
  }

  /// True for what a vault keeps: files, folders and symbolic links.
  public var isKept: Bool { self == .file || self == .folder || self == .symlink }
}
