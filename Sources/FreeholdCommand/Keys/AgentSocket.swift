import Freehold
import Glibc
import VaultEncoding
import VaultEnvironment

/// The socket of the unlock agent: where it lies, and calls on it.
///
/// One request is one byte; the answers are in `AgentRequest`.
struct AgentSocket {
  private static let pathBytesMax = 107
  /// No answer and no request takes longer.
  private static let timeoutSeconds = 2

  /// The socket's path.
  let path: [UInt8]

  /// The place for a device: in the runtime folder of the person, else in the device's home.
  init(device: DID, home: Home) {
    let name = "agent-\(device.text.suffix(16)).socket"
    if let runtime = Variable.place("XDG_RUNTIME_DIR"), HomePlace.real(runtime) != nil {
      path = DiskPath(runtime).appending("freehold-" + name).bytes
    } else {
      path = home.path.appending(name).bytes
    }
  }

  /// A socket at a known path.
  init(path: [UInt8]) {
    self.path = path
  }

  /// Connects; nil when nobody listens or somebody else does.
  func connected() -> Int32? {
    guard let made = Self.make() else { return nil }
    let result = withAddress { connect(made, $0, $1) }
    guard result == 0, Self.peerIsOurs(made) else {
      close(made)
      return nil
    }
    return made
  }

  /// Listens, with mode 0600; a socket that nobody listens on is replaced.
  func listening() throws -> Int32 {
    guard let made = Self.make() else { throw FreeholdError(.failed, "no socket to be had") }
    _ = unlink(path.map { CChar(bitPattern: $0) } + [0])
    let mask = umask(0o177)
    let result = withAddress { bind(made, $0, $1) }
    umask(mask)
    guard result == 0, listen(made, 16) == 0 else {
      close(made)
      throw FreeholdError(
        .failed, "the unlock agent cannot listen at \(NamePath.shown(path))",
        hint: "XDG_RUNTIME_DIR names the folder")
    }
    return made
  }

  /// Removes the socket's name.
  func remove() { _ = unlink(path.map { CChar(bitPattern: $0) } + [0]) }

  /// Whether the process at the other end is of the same user: the kernel says so.
  static func peerIsOurs(_ socket: Int32) -> Bool {
    var credentials: [UInt32] = [0, .max, .max]  // process, user, group
    var size = socklen_t(credentials.count * 4)
    let result = getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &size)
    return result == 0 && credentials[1] == geteuid()
  }

  /// Nobody can hold up the other side for long.
  static func limitWaiting(_ socket: Int32) {
    var limit = timeval(tv_sec: timeoutSeconds, tv_usec: 0)
    for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
      setsockopt(socket, SOL_SOCKET, option, &limit, socklen_t(MemoryLayout<timeval>.size))
    }
  }

  private static func make() -> Int32? {
    let made = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard made >= 0 else { return nil }
    limitWaiting(made)
    return made
  }

  private func withAddress(
    _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
  ) -> Int32 {
    guard path.count <= Self.pathBytesMax else { return -1 }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path) }
    return withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
  }
}
