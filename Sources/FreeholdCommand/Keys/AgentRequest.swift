/// What the unlock agent is asked; one byte each.
enum AgentRequest: UInt8 {
  /// The keys: answered with a key file without passphrase, up to the end.
  case keys = 0x6B
  /// How long the keys stay: answered with seconds, four bytes, big-endian.
  case state = 0x73
  /// Forget the keys and end: answered with one byte.
  case lock = 0x6C
}
