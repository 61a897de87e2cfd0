import Dispatch
import StorageNode
import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

/// SIGTERM and SIGINT: the first asks for a graceful stop, the second stops at once, and so does
/// the end of the time that running requests are given.
final class StopSignals: Sendable {
  private let stream: AsyncStream<Void>
  private let continuation: AsyncStream<Void>.Continuation
  private let count = Mutex(0)
  // Written once in init and only kept alive after that.
  nonisolated(unsafe) private let sources: [any DispatchSourceSignal]

  /// Starts to listen.
  init() {
    (stream, continuation) = AsyncStream.makeStream()
    sources = [SIGTERM, SIGINT].map { number in
      signal(number, SIG_IGN)
      return DispatchSource.makeSignalSource(signal: number, queue: .global())
    }
    for source in sources {
      source.setEventHandler { [weak self] in self?.caught() }
      source.resume()
    }
  }

  /// Whether a signal came.
  var wasStopped: Bool { count.withLock { $0 > 0 } }

  /// Returns after the first signal, or when the task is cancelled.
  func first() async {
    for await _ in stream { return }
  }

  private func caught() {
    let number = count.withLock { count in
      count += 1
      return count
    }
    guard number == 1 else { _exit(ExitStatus.interrupted) }
    continuation.finish()
    let last = DispatchTime.now() + .seconds(ServerLimits.stopSeconds + 3)
    DispatchQueue.global().asyncAfter(deadline: last) { _exit(ExitStatus.partial) }
  }

  private enum ExitStatus {
    static let partial: Int32 = 3
    static let interrupted: Int32 = 130
  }
}
