internal import CSodium

/// The one-time initialisation of libsodium.
enum Sodium {
  /// Whether libsodium is usable; the first access initialises it.
  static let isReady: Bool = sodium_init() >= 0
}
