extension Tree {
  /// The whole state as bytes: the same for every tree that has merged the same batches.
  ///
  /// They are not compressed. Complexity: O(*n* log *n*).
  public func encodeCheckpoint() -> [UInt8] {
    var encoder = CheckpointEncoder(self)
    return encoder.encode()
  }

  /// Reads what `encodeCheckpoint` wrote.
  ///
  /// Throws `unsupported`, `malformed` or `overLimit`; never traps. Complexity: O(*n*).
  public init(checkpoint bytes: [UInt8]) throws(CRDTError) {
    guard bytes.first == CheckpointEncoder.version else {
      throw CRDTError(.unsupported, "checkpoint: unknown version")
    }
    do {
      var decoder = CheckpointDecoder(bytes)
      self = try decoder.decode()
    } catch let fault as CheckpointFault {
      throw CRDTError(.malformed, "checkpoint: \(fault.rawValue)")
    } catch {
      throw CRDTError(.malformed, "checkpoint: \(error)")
    }
  }
}

/// Why the bytes of a checkpoint are refused, beside what the byte reader refuses.
enum CheckpointFault: String, Error {
  case replicas = "bad table of replicas"
  case batches = "bad table of batches"
  case knowledge = "bad table of what was known when"
  case objects = "bad table of objects"
  case names = "bad name"
  case moves = "bad move"
  case registers = "bad content, attribute or setting"
}
