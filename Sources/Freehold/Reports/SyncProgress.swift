import Synchronization

/// How far a long run has come; commands show it on a terminal.
public final class SyncProgress: Sendable {
  /// What is being done.
  public enum Phase: String, Sendable {
    /// Looking at the folder.
    case scanning
    /// Reading, compressing and sealing files.
    case reading
    /// Exchanging with nodes.
    case exchanging
    /// Writing files.
    case writing
    /// Comparing what nodes have with its names.
    case checking
  }

  /// A moment of a run.
  public struct State: Hashable, Sendable {
    /// What is being done.
    public var phase = Phase.scanning
    /// Files done, and all of them when known.
    public var files = (done: 0, all: 0)
    /// Bytes done, and all of them when known.
    public var bytes = (done: 0, all: 0)

    /// Compares all fields.
    public static func == (left: State, right: State) -> Bool {
      left.phase == right.phase && left.files == right.files && left.bytes == right.bytes
    }

    /// Feeds all fields.
    public func hash(into hasher: inout Hasher) {
      hasher.combine(phase)
      hasher.combine(files.done)
      hasher.combine(bytes.done)
    }
  }

  private let state = Mutex(State())
  private let onChange: @Sendable (State) -> Void

  /// A progress that calls back on each change; the callback must be quick.
  public init(onChange: @escaping @Sendable (State) -> Void = { _ in }) {
    self.onChange = onChange
  }

  /// How far the run has come.
  public var current: State { state.withLock { $0 } }

  func begin(_ phase: Phase, files: Int = 0, bytes: Int = 0) {
    change {
      $0.phase = phase
      $0.files = (0, files)
      $0.bytes = (0, bytes)
    }
  }

  func advance(files: Int = 0, bytes: Int = 0) {
    change {
      $0.files.done += files
      $0.bytes.done += bytes
    }
  }

  private func change(_ body: (inout State) -> Void) {
    let now = state.withLock { state in
      body(&state)
      return state
    }
    onChange(now)
  }
}
