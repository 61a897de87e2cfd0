import Freehold
import Glibc
import VaultCrypto
import VaultEncoding

/// Asks the unlock agent, when there is one.
struct AgentClient {
  private let device: DID
  private let socket: AgentSocket

  /// Talks to the agent of a device.
  init(device: DID, home: Home) {
    self.device = device
    socket = AgentSocket(device: device, home: home)
  }

  /// Where the agent listens.
  var path: [UInt8] { socket.path }

  /// The keys; nil when no agent has them.
  func keys() -> DeviceKeys? {
    guard let answer = ask(.keys, bytesMax: DeviceKeyFile.bytesMax),
      let file = try? DeviceKeyFile(decoding: answer), file.did == device
    else { return nil }
    return try? file.open(passphrase: nil)
  }

  /// How many seconds the keys stay; nil when no agent has them.
  func secondsLeft() -> Int? {
    guard let answer = ask(.state, bytesMax: 4), answer.count == 4 else { return nil }
    return answer.reduce(0) { $0 << 8 | Int($1) }
  }

  /// Makes the agent forget the keys; false when there was none.
  func lock() -> Bool { ask(.lock, bytesMax: 1) != nil }

  private func ask(_ request: AgentRequest, bytesMax: Int) -> [UInt8]? {
    guard let connection = socket.connected() else { return nil }
    defer { close(connection) }
    var byte = request.rawValue
    guard send(connection, &byte, 1, Int32(MSG_NOSIGNAL)) == 1 else { return nil }
    var answer: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: bytesMax + 1)
    while answer.count <= bytesMax {
      let count = recv(connection, &buffer, buffer.count, 0)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { break }
      answer.append(contentsOf: buffer[..<count])
    }
    return answer.isEmpty || answer.count > bytesMax ? nil : answer
  }
}
