import Synchronization
public import VaultEnvironment

/// The medium of a simulated machine: files and databases that outlive its crashes.
///
/// `start()` gives the disk that real code works with: the same durable write as on a real
/// machine, over simulated calls. After a crash, that disk is dead for ever; the next `start()`
/// gives another one, with what has survived.
///
///     let medium = SimulatedDisk(seed: 7)
///     medium.faults = SimulatedFaults(crashAtStep: 3)
///     do { try vaultCode(medium.start()) } catch is SimulatedCrash {}
///     try check(medium.start())
///
/// Databases are SQLite in memory and survive as of their last commit: what SQLite does on its
/// way there is SQLite's to test; that commits are synced is checked on the real disk.
public final class SimulatedDisk: Sendable {
  struct State {
    var fileSystem = SimulatedFileSystem()
    var generator: SeededGenerator
    var faults = SimulatedFaults()
    /// How often the machine has started; a disk of an earlier start is dead.
    var startCount = 0
    var isOff = false
    var stepCount = 0
    var damage = Damage()
    var callCounts: [Int] = []
    var operations: [SimulatedOperation] = []
    var handles: [Int32: SimulatedFileSystem.Inode] = [:]
    var nextHandle: Int32 = 3
    var locks: [DiskPath: Int] = [:]
    var databases: [SimulatedFileSystem.Inode: DatabaseSlot] = [:]
  }

  /// How often what was set to go wrong did, since the medium was made.
  public struct Damage: Sendable, Hashable {
    /// The machine stopped at a step.
    public var crashes = 0
    /// A call failed.
    public var failures = 0
    /// A write found no space, or somebody asked for the space and heard how little there is.
    public var fulls = 0
  }

  /// So many operations are remembered; the later ones are not.
  public static let operationsMax = 1_000_000

  let state: Mutex<State>

  /// An empty medium.
  ///
  /// The seed decides what crashes lose.
  public init(seed: UInt64) {
    state = Mutex(State(generator: SeededGenerator(seed: seed)))
  }

  // MARK: The machine

  /// Starts the machine, after a crash or a power cut if it still runs.
  public func start() -> any Disk { DurableDisk(startCalls()) }

  /// Starts the machine and gives its bare calls, for tests of the durable write itself.
  public func startCalls() -> any DiskCalls {
    let start = state.withLock { state in
      state.loseUnsynced()
      state.isOff = false
      state.startCount += 1
      return state.startCount
    }
    return SimulatedCalls(medium: self, start: start)
  }

  /// Stops the machine now.
  ///
  /// What that loses is decided at the next start.
  public func cutPower() {
    state.withLock { $0.isOff = true }
  }

  /// Makes everything durable and stops the machine.
  public func shutDown() {
    state.withLock { state in
      state.fileSystem.syncEverything()
      state.isOff = true
    }
  }

  // MARK: Faults and figures

  /// What shall go wrong from now on.
  ///
  /// Setting it begins all counts anew.
  public var faults: SimulatedFaults {
    get { state.withLock { $0.faults } }
    set {
      state.withLock { state in
        state.faults = newValue
        state.stepCount = 0
        state.callCounts = newValue.failures.map { _ in 0 }
      }
    }
  }

  /// How often what was set to go wrong did.
  public var damage: Damage { state.withLock { $0.damage } }

  /// How many changing steps there were since the faults were set.
  public var stepCount: Int { state.withLock { $0.stepCount } }

  /// The operations since the last call of this.
  public func takeOperations() -> [SimulatedOperation] {
    state.withLock { state in
      defer { state.operations = [] }
      return state.operations
    }
  }

  // MARK: Damage

  /// Flips one bit of a file, as a rotting disk does; false when there is no such bit.
  public func flipBit(_ bit: Int, of path: DiskPath) -> Bool {
    state.withLock { state in
      guard let inode = state.fileSystem.inode(at: path), bit >= 0,
        let count = state.fileSystem.files[inode]?.bytes.count, bit / 8 < count
      else { return false }
      state.fileSystem.files[inode]?.bytes[bit / 8] ^= 1 << UInt8(bit % 8)
      return true
    }
  }

  /// Replaces a file's bytes behind everyone's back; false when there is no such file.
  public func replace(_ path: DiskPath, with bytes: [UInt8]) -> Bool {
    state.withLock { state in
      guard let inode = state.fileSystem.inode(at: path), state.fileSystem.files[inode] != nil
      else { return false }
      state.fileSystem.files[inode] = .init(bytes: bytes, durableCount: bytes.count)
      return true
    }
  }

  /// Takes everything off the medium, as a new disk in the same machine; the machine is off then.
  public func wipe() {
    state.withLock { state in
      state.fileSystem = SimulatedFileSystem()
      state.databases = [:]
      state.isOff = true
    }
  }

  /// Every file's path and bytes as they are seen now, for searching them.
  public func allFiles() -> [(path: DiskPath, bytes: [UInt8])] {
    state.withLock { state in
      var found: [(path: DiskPath, bytes: [UInt8])] = []
      var open: [(DiskPath, SimulatedFileSystem.Inode)] = [
        (DiskPath("/"), SimulatedFileSystem.root)
      ]
      while let (path, inode) = open.popLast() {
        if let file = state.fileSystem.files[inode] { found.append((path, file.bytes)) }
        for (name, child) in state.fileSystem.folders[inode]?.names ?? [:] {
          open.append((path.appending(name), child))
        }
      }
      return found.sorted { $0.path < $1.path }
    }
  }
}

extension SimulatedDisk.State {
  /// Settles what a stop has lost.
  ///
  /// Does nothing before the first start.
  mutating func loseUnsynced() {
    guard startCount > 0 else { return }
    fileSystem.crash(using: &generator)
    handles = [:]
    locks = [:]
    databases = databases.filter { fileSystem.files[$0.key] != nil }
  }
}

extension SimulatedDisk {
  /// Whether the machine has stopped and was not started again.
  public var isOff: Bool { state.withLock { $0.isOff } }
}
