import VaultEncoding

extension Batch {
  /// Reads what `encode` wrote.
  ///
  /// Throws `malformed`, `unsupported` or `overLimit`; never traps. Complexity: O(*n*).
  public init(decoding bytes: [UInt8]) throws(CRDTError) {
    guard bytes.count <= CRDTLimits.batchBytesMax else {
      throw CRDTError(.overLimit, "batch: \(bytes.count) bytes")
    }
    guard let first = bytes.first, let form = BatchForm(rawValue: first) else {
      throw CRDTError(.unsupported, "batch: unknown form")
    }
    do {
      var reader = ByteReader(bytes, in: 1..<bytes.count)
      let header = try BatchHeader(&reader)
      let count = try reader.readCount(max: CRDTLimits.operationsPerBatchMax, bytesEach: 1)
      guard count >= 1, form == BatchForm(operationCount: count) else {
        throw BatchFault.form
      }
      try header.check(operationCount: UInt64(count))
      var body = try OperationReader(
        bytes: bytes, form: form, header: header, reader: reader, count: count)
      try body.readAll()
      self.init(
        sequence: header.sequence, dependencies: header.dependencies, lamport: header.lamport,
        firstCounter: header.firstCounter, time: header.time, replicas: header.replicas,
        flat: body.flat, payload: body.payload)
    } catch let fault as BatchFault {
      throw CRDTError(.malformed, "batch: \(fault.rawValue)")
    } catch {
      throw CRDTError(.malformed, "batch: \(error)")
    }
  }
}

/// Why the bytes of a batch are refused, beside what the byte reader refuses.
enum BatchFault: String, Error {
  case form = "the form does not fit the number of operations"
  case replicas = "bad table of replicas"
  case numbers = "a number is out of range"
  case kind = "unknown kind of operation"
  case reference = "bad reference to an object"
  case name = "invalid name"
}

/// Everything before the operations.
private struct BatchHeader {
  let replicas: [Bytes32]
  let sequence: UInt64
  let firstCounter: UInt64
  let lamport: UInt64
  let time: HybridTime
  let dependencies: VersionVector

  init(_ reader: inout ByteReader) throws {
    let count = try reader.readCount(max: CRDTLimits.replicasMax, bytesEach: 32)
    var replicas: [Bytes32] = []
    replicas.reserveCapacity(count)
    for _ in 0..<count { replicas.append(try reader.readBytes32()) }
    guard count >= 1, !replicas.contains(.zero), Set(replicas).count == count else {
      throw BatchFault.replicas
    }
    self.replicas = replicas
    sequence = try reader.readVarint()
    firstCounter = try reader.readVarint()
    lamport = try reader.readVarint()
    let milliseconds = try reader.readVarint()
    let tick = try reader.readVarint()
    guard milliseconds <= UInt64(CRDTLimits.millisecondsMax), tick <= UInt64(UInt16.max) else {
      throw BatchFault.numbers
    }
    time = HybridTime(milliseconds: Int64(milliseconds), counter: UInt16(tick))
    let known = try reader.readCount(max: count - 1, bytesEach: 1)
    var dependencies = VersionVector()
    for index in 0..<known {
      let sequence = try reader.readVarint()
      let isSorted = index == 0 || replicas[index] < replicas[index + 1]
      guard sequence >= 1, sequence <= CRDTLimits.batchesPerReplicaMax, isSorted else {
        throw BatchFault.numbers
      }
      dependencies[replicas[index + 1]] = sequence
    }
    self.dependencies = dependencies
  }

  /// Each number is compared with its limit before anything is added to it.
  func check(operationCount: UInt64) throws {
    guard sequence >= 1, sequence <= CRDTLimits.batchesPerReplicaMax,
      firstCounter <= CRDTLimits.operationsPerReplicaMax - operationCount,
      lamport >= 1, lamport <= CRDTLimits.lamportMax - operationCount
    else { throw BatchFault.numbers }
  }
}

/// Reads operations from streams.
private struct OperationReader {
  private let bytes: [UInt8]
  private let isColumns: Bool
  private var streams: [ByteReader]
  private var objects: ReferenceField
  private var parents: ReferenceField
  private let firstCounter: UInt64
  private let count: Int
  private(set) var flat: [FlatOperation] = []
  private(set) var payload: [UInt8] = []

  init(
    bytes: [UInt8], form: BatchForm, header: BatchHeader, reader: ByteReader, count: Int
  ) throws {
    self.bytes = bytes
    self.count = count
    isColumns = form == .columns
    firstCounter = header.firstCounter
    objects = ReferenceField(replicaCount: header.replicas.count)
    parents = ReferenceField(replicaCount: header.replicas.count)
    var reader = reader
    streams = []
    if isColumns {
      var sizes: [Int] = []
      for _ in 0..<BatchForm.streamCount { sizes.append(try reader.readCount(max: bytes.count)) }
      for size in sizes { streams.append(ByteReader(bytes, in: try reader.take(size))) }
      try reader.requireEnd()
      payload.reserveCapacity(
        sizes[BatchStream.names.rawValue] + sizes[BatchStream.values.rawValue])
    } else {
      streams.append(reader)
    }
    flat.reserveCapacity(count)
  }

  private func index(_ stream: BatchStream) -> Int { isColumns ? stream.rawValue : 0 }

  mutating func readAll() throws {
    for number in 0..<count {
      try readOperation(counter: firstCounter + UInt64(number))
    }
    for stream in streams { try stream.requireEnd() }
  }

  private mutating func readOperation(counter: UInt64) throws {
    let raw = try streams[index(.kinds)].readUInt8()
    guard let kind = OperationKind(rawValue: raw) else { throw BatchFault.kind }
    var operation = FlatOperation(kind: kind)
    if kind.hasObject {
      let told = try readCode()
      operation.object = try checked(objects.reference(told))
    } else if kind.creates != nil {
      operation.object = Reference(replica: 0, counter: counter)
      objects.created(operation.object)
    }
    if kind.hasParent {
      let told = try readCode()
      operation.parent = try checked(parents.reference(told))
    }
    if kind.hasAttribute {
      operation.attribute = try streams[index(.attributes)].readUInt8()
    }
    operation.start = UInt32(payload.count)
    if kind.hasName {
      let range = try readRange(.names, max: CRDTLimits.nameBytesMax)
      guard NameRules.isValid(bytes[range]) else { throw BatchFault.name }
    } else if kind.hasSettingKey {
      let range = try readRange(.names, max: CRDTLimits.settingKeyBytesMax)
      operation.keyCount = UInt16(range.count)
    }
    if let max = kind.valueBytesMax { _ = try readRange(.values, max: max) }
    operation.count = UInt32(payload.count) - operation.start
    if operation.count == 0 { operation.start = 0 }
    flat.append(operation)
  }

  private func checked(_ reference: Reference?) throws -> Reference {
    guard let reference else { throw BatchFault.reference }
    return reference
  }

  /// Reads a reference's code and, where one follows, its number.
  private mutating func readCode() throws -> (code: UInt64, delta: Int64) {
    let code = try streams[index(.codes)].readVarint()
    guard code >= ReferenceCode.firstReplica else { return (code, 0) }
    return (code, try streams[index(.counters)].readSignedVarint())
  }

  /// Copies a counted piece into the payload and says where it lay.
  private mutating func readRange(_ stream: BatchStream, max: Int) throws -> Range<Int> {
    let size = try streams[index(.sizes)].readCount(max: max)
    let range = try streams[index(stream)].take(size)
    payload.append(contentsOf: bytes[range])
    return range
  }
}
