import Glibc
import Synchronization

/// Runs every job of a simulation on one thread and picks the next one by seed.
///
/// The idea: a task that prefers this executor brings all its child tasks and every default actor
/// that it calls here. Which of the jobs that are ready goes first is drawn, so that one seed is
/// one interleaving and another seed another. When none is ready, time passes: the timeline goes to
/// its next event. When there is none either, the run is stuck, and that is an error.
public final class SimulatedExecutor: TaskExecutor {
  private struct State {
    var jobs: [UnownedJob] = []
    var generator: SeededGenerator
    var thread: pthread_t?
    var jobCount = 0
    var foreignCount = 0
  }

  /// The run can go no further: nothing is ready and nothing will be.
  public struct Stuck: Error, CustomStringConvertible {
    /// What happened.
    public let description = "no job is ready, nobody sleeps, and the run is not over"
  }

  /// The run does not end.
  public struct Endless: Error, CustomStringConvertible {
    /// What happened.
    public let description = "the run went on for more jobs than any run should"
  }

  private static let jobsMax = 5_000_000

  private let state: Mutex<State>
  private let timeline: SimulatedTimeline

  /// An executor whose choices follow from the seed and whose time is the timeline's.
  public init(seed: UInt64, timeline: SimulatedTimeline) {
    state = Mutex(State(generator: SeededGenerator(seed: seed)))
    self.timeline = timeline
  }

  /// Takes a job; it runs when it is drawn.
  public func enqueue(_ job: consuming ExecutorJob) {
    let unowned = UnownedJob(job)
    state.withLock { state in
      if let thread = state.thread, pthread_equal(thread, pthread_self()) == 0 {
        state.foreignCount += 1
      }
      state.jobs.append(unowned)
    }
  }

  /// How many jobs have run.
  public var jobCount: Int { state.withLock { $0.jobCount } }
  /// How many jobs came from another thread during a run: 0, or the run is not reproducible.
  public var foreignCount: Int { state.withLock { $0.foreignCount } }

  /// Runs a body and everything that it starts to its end, on the calling thread.
  public func run<Value: Sendable>(
    _ body: @escaping @Sendable () async throws -> Value
  ) throws -> Value {
    state.withLock { $0.thread = pthread_self() }
    let box = Outcome<Value>()
    Task(executorPreference: self) {
      do {
        box.set(.success(try await body()))
      } catch {
        box.set(.failure(error))
      }
    }
    while true {
      if let job = next() {
        job.runSynchronously(on: asUnownedTaskExecutor())
        if let result = box.value { return try result.get() }
      } else if !timeline.advance() {
        throw Stuck()
      }
      if jobCount > Self.jobsMax { throw Endless() }
    }
  }

  private func next() -> UnownedJob? {
    state.withLock { state in
      guard !state.jobs.isEmpty else { return nil }
      state.jobCount += 1
      let index = state.generator.number(in: 0...(state.jobs.count - 1))
      return state.jobs.remove(at: index)
    }
  }
}

/// What a run came to, set once.
private final class Outcome<Value: Sendable>: Sendable {
  private let result = Mutex<Result<Value, any Error>?>(nil)

  var value: Result<Value, any Error>? { result.withLock { $0 } }
  func set(_ value: Result<Value, any Error>) { result.withLock { $0 = value } }
}
