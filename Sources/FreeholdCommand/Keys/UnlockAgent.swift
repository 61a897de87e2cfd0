import Freehold
import Glibc
import VaultCrypto
import VaultEnvironment

/// The unlock agent: holds the opened keys in locked memory for as long as they are used.
///
/// It ends when nobody asked for the keys for a while, when it is told to, and on any signal.
struct UnlockAgent {
  private let socket: AgentSocket
  private let keyFile: SecretBytes
  private let idle: Duration
  private let clock: any VaultClock

  /// Takes a key file without passphrase, read from the standard input.
  init(socket: AgentSocket, keyFile: SecretBytes, idleSeconds: Int, clock: any VaultClock) {
    self.socket = socket
    self.keyFile = keyFile
    idle = .seconds(idleSeconds)
    self.clock = clock
  }

  /// Reads what the starter sends, straight into locked memory.
  static func receiveKeyFile() -> SecretBytes {
    var filled = 0
    let whole = SecretBytes(count: DeviceKeyFile.bytesMax, residence: .locked) { buffer in
      while filled < buffer.count {
        let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])
        let count = read(STDIN_FILENO, rest.baseAddress, rest.count)
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { return }
        filled += count
      }
    }
    return whole.withBytes { bytes in
      SecretBytes(UnsafeRawBufferPointer(rebasing: bytes[..<filled]), residence: .locked)
    }
  }

  /// Serves until the end; says «ready» by closing the standard output.
  func run() throws {
    var noCore = rlimit(rlim_cur: 0, rlim_max: 0)
    setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &noCore)
    let listener = try socket.listening()
    defer { socket.remove() }
    _ = chdir("/")
    var ready: UInt8 = 0x72
    _ = write(STDOUT_FILENO, &ready, 1)
    close(STDOUT_FILENO)
    var deadline = clock.monotonic() + idle
    while true {
      let left = deadline - clock.monotonic()
      guard left > .zero else { return }
      var waiting = pollfd(fd: listener, events: Int16(POLLIN), revents: 0)
      let count = poll(&waiting, 1, Int32(clamping: Int(left / .milliseconds(1)) + 1))
      guard count > 0 else { continue }
      let connection = accept(listener, nil, nil)
      guard connection >= 0 else { continue }
      let request = answer(connection, left: left)
      close(connection)
      if request == .lock { return }
      if request == .keys { deadline = clock.monotonic() + idle }
    }
  }

  private func answer(_ connection: Int32, left: Duration) -> AgentRequest? {
    guard AgentSocket.peerIsOurs(connection) else { return nil }
    AgentSocket.limitWaiting(connection)
    var byte: UInt8 = 0
    guard recv(connection, &byte, 1, 0) == 1, let request = AgentRequest(rawValue: byte) else {
      return nil
    }
    switch request {
    case .keys: keyFile.withBytes { send($0, to: connection) }
    case .state:
      let seconds = UInt32(clamping: Int(left / .seconds(1)))
      withUnsafeBytes(of: seconds.bigEndian) { send($0, to: connection) }
    case .lock: withUnsafeBytes(of: byte) { send($0, to: connection) }
    }
    return request
  }

  private func send(_ bytes: UnsafeRawBufferPointer, to connection: Int32) {
    _ = Glibc.send(connection, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
  }
}
