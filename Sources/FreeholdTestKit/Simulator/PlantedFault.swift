public import Freehold
public import StorageNode
public import VaultEnvironment

/// A bug that is put into a simulation on purpose, to see that the checkers find it.
public struct PlantedFault: Sendable {
  /// Stands between a node and its disk.
  public var nodeCalls: @Sendable (any DiskCalls) -> any DiskCalls = { $0 }
  /// Stands between a device and its disk.
  public var deviceCalls: @Sendable (any DiskCalls) -> any DiskCalls = { $0 }
  /// Stands before a node, with its number: what it says goes for an honest node's answer.
  public var answer: @Sendable (Int, NodeRequest, NodeService) -> NodeResponse = {
    $2.answer($1)
  }
  /// What a node's disk suffers after an answer.
  public var afterAnswer: @Sendable (Int, NodeRequest, SimulatedDisk) -> Void = { _, _, _ in }
  /// What is made of bytes that were read.
  public var read: @Sendable ([UInt8]) -> [UInt8] = { $0 }
  /// What is made of a sync's report.
  public var report: @Sendable (SyncReport) -> SyncReport = { $0 }
  /// What is sent beside a request.
  public var sent: @Sendable (NetworkRequest, _ secret: [UInt8]) -> NetworkRequest = { request, _ in
    request
  }

  /// No bug.
  public static let none = PlantedFault()

  /// Begins without a bug.
  public init() {}
}
