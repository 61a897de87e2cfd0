import VaultEncoding

extension Batch {
  /// The bytes of this batch.
  ///
  /// They are not compressed. Complexity: O(*n*).
  public func encode() -> [UInt8] {
    let form = BatchForm(operationCount: flat.count)
    var header = ByteWriter(capacity: 128 + 32 * replicas.count)
    header.writeUInt8(form.rawValue)
    header.writeCount(replicas.count)
    for replica in replicas { header.writeBytes32(replica) }
    header.writeVarint(sequence)
    header.writeVarint(firstCounter)
    header.writeVarint(lamport)
    header.writeVarint(UInt64(time.milliseconds))
    header.writeVarint(UInt64(time.counter))
    header.writeCount(dependencies.count)
    for index in 0..<dependencies.count { header.writeVarint(dependencies[replicas[index + 1]]) }
    header.writeCount(flat.count)
    var body = OperationWriter(form: form, replicaCount: replicas.count)
    for operation in flat { body.write(operation, payload: payload) }
    body.finish(into: &header)
    return header.bytes
  }
}

/// Writes operations into streams.
private struct OperationWriter {
  private let form: BatchForm
  private var streams: [ByteWriter]
  private var objects: ReferenceField
  private var parents: ReferenceField

  init(form: BatchForm, replicaCount: Int) {
    self.form = form
    streams = Array(repeating: ByteWriter(), count: form == .rows ? 1 : BatchForm.streamCount)
    objects = ReferenceField(replicaCount: replicaCount)
    parents = ReferenceField(replicaCount: replicaCount)
  }

  private func index(_ stream: BatchStream) -> Int { form == .rows ? 0 : stream.rawValue }

  mutating func write(_ operation: FlatOperation, payload: [UInt8]) {
    let kind = operation.kind
    streams[index(.kinds)].writeUInt8(kind.rawValue)
    if kind.hasObject {
      write(objects.code(operation.object))
    } else if kind.creates != nil {
      objects.created(operation.object)
    }
    if kind.hasParent { write(parents.code(operation.parent)) }
    if kind.hasAttribute { streams[index(.attributes)].writeUInt8(operation.attribute) }
    if kind.hasName {
      streams[index(.sizes)].writeCount(operation.range.count)
      streams[index(.names)].writeBytes(payload[operation.range])
      return
    }
    if kind.hasSettingKey {
      streams[index(.sizes)].writeCount(operation.keyRange.count)
      streams[index(.names)].writeBytes(payload[operation.keyRange])
    }
    if kind.valueBytesMax != nil {
      streams[index(.sizes)].writeCount(operation.valueRange.count)
      streams[index(.values)].writeBytes(payload[operation.valueRange])
    }
  }

  private mutating func write(_ code: (code: UInt64, delta: Int64?)) {
    streams[index(.codes)].writeVarint(code.code)
    if let delta = code.delta { streams[index(.counters)].writeSignedVarint(delta) }
  }

  mutating func finish(into header: inout ByteWriter) {
    if form == .columns { for stream in streams { header.writeCount(stream.count) } }
    for stream in streams { header.writeBytes(stream.bytes) }
  }
}
