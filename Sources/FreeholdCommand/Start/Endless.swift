/// A verb that may have no end of its own: SIGTERM is then how it ends well.
protocol Endless {
  /// Whether it runs until it is stopped.
  var isEndless: Bool { get }
}
