import Dispatch
import Synchronization

/// Calls back when a descriptor can be read, and then not again before it is told to.
///
/// No thread waits meanwhile.
final class ReadinessSignal: Sendable {
  private static let queue = DispatchQueue(label: "freehold.readiness")

  // SAFETY: Dispatch's objects may be used from any thread; Swift's overlay does not say so.
  nonisolated(unsafe) private let source: any DispatchSourceRead
  private let isResting = Mutex(false)

  /// Listens to a descriptor, which `owner` keeps open.
  init(_ descriptor: Int32, owner: any Sendable, onReadable: @escaping @Sendable () -> Void) {
    source = DispatchSource.makeReadSource(fileDescriptor: descriptor, queue: Self.queue)
    source.setEventHandler { [weak self] in
      guard let self else { return }
      rest()
      onReadable()
    }
    // The source lets go of this, and thereby of the owner, when it will not look again.
    source.setCancelHandler { _ = owner }
    source.resume()
  }

  deinit {
    if isResting.withLock({ $0 }) { source.resume() }
    source.cancel()
  }

  /// Listens again.
  func listen() {
    isResting.withLock { isResting in
      if isResting { source.resume() }
      isResting = false
    }
  }

  private func rest() {
    isResting.withLock { isResting in
      if !isResting { source.suspend() }
      isResting = true
    }
  }
}
