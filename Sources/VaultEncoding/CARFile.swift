/// Blocks with their CIDs in one file: CARv1.
///
/// docs/spec/encoding.md, "CAR".
///
/// The reader checks every block against its CID, so a file that was read is what it says it is.
public struct CARFile: Hashable, Sendable {
  /// One block and its name.
  public struct Block: Hashable, Sendable {
    /// The name.
    public let cid: AnyCID
    /// The bytes.
    public let data: [UInt8]

    /// Joins a name and bytes; nothing is checked.
    public init(cid: AnyCID, data: [UInt8]) {
      self.cid = cid
      self.data = data
    }
  }

  /// The CIDs from which the rest is reached.
  public let roots: [AnyCID]
  /// The blocks in the order of the file; a block may appear twice.
  public let blocks: [Block]

  /// Joins roots and blocks; nothing is checked.
  public init(roots: [AnyCID], blocks: [Block]) {
    self.roots = roots
    self.blocks = blocks
  }

  /// Reads a file and checks every block with the SHA-256 function that is passed in.
  public init(
    decoding bytes: [UInt8], limits: CARLimits = .standard, sha256: ([UInt8]) -> Bytes32
  ) throws(CARError) {
    guard bytes.count <= limits.bytesMax else { throw .overLimit }
    var reader = ByteReader(bytes)
    roots = try Self.readHeader(&reader, of: bytes, limits: limits)
    var blocks: [Block] = []
    while !reader.isAtEnd {
      guard blocks.count < limits.blocksMax else { throw .overLimit }
      let section = try Self.readSection(&reader, max: limits.blockBytesMax)
      let block = try Self.block(in: section, of: bytes)
      try block.verify(sha256: sha256)
      blocks.append(block)
    }
    self.blocks = blocks
  }

  /// The bytes of the file.
  public func encode() -> [UInt8] {
    let header = DAGCBOR.encode(
      .map([("roots", .array(roots.map { .link(any: $0) })), ("version", .unsigned(1))]))
    var writer = ByteWriter(
      capacity: header.count + 10 + blocks.reduce(0) { $0 + $1.data.count + 46 })
    writer.writeLengthPrefixed(header)
    for block in blocks {
      let name = block.cid.bytes
      writer.writeCount(name.count + block.data.count)
      writer.writeBytes(name)
      writer.writeBytes(block.data)
    }
    return writer.bytes
  }

  private static func readHeader(
    _ reader: inout ByteReader, of bytes: [UInt8], limits: CARLimits
  ) throws(CARError) -> [AnyCID] {
    let section = try readSection(&reader, max: limits.headerBytesMax)
    let header: CBORValue
    do {
      header = try DAGCBOR.decode(Array(bytes[section]))
    } catch {
      throw .header(error)
    }
    guard let map = header.asMap, map.hasKeys(["roots", "version"]) else { throw .headerShape }
    guard map["version"]?.asInt == 1 else { throw .unsupportedVersion }
    guard let items = map["roots"]?.asArray else { throw .headerShape }
    var roots: [AnyCID] = []
    for item in items {
      guard let root = item.asAnyLink else { throw .headerShape }
      roots.append(root)
    }
    return roots
  }

  /// The range of one length-prefixed section.
  ///
  /// Lengths are varints of at most nine bytes.
  private static func readSection(
    _ reader: inout ByteReader, max: Int
  ) throws(CARError) -> Range<Int> {
    do {
      let count = try reader.readCount(max: max, bytesEach: 1)
      guard count > 0 else { throw CARError.emptySection }
      return try reader.take(count)
    } catch let error as ByteReaderError {
      throw .section(error)
    } catch {
      throw .emptySection
    }
  }

  private static func block(
    in section: Range<Int>, of bytes: [UInt8]
  ) throws(CARError) -> Block {
    do {
      // A name never reaches beyond its section: it sees no more than that.
      let head = section.prefix(AnyCID.bytesMax)
      let (cid, count) = try AnyCID.decodePrefix(Array(bytes[head]), at: 0)
      return Block(cid: cid, data: Array(bytes[section.dropFirst(count)]))
    } catch {
      throw .name(error)
    }
  }
}

extension CARFile.Block {
  func verify(sha256: ([UInt8]) -> Bytes32) throws(CARError) {
    switch cid.multihash.code {
    case Multihash.sha256Code:
      guard cid.multihash == Multihash(sha256: sha256(data)) else { throw .wrongData }
    case Multihash.identityCode:
      guard cid.multihash.digest == data else { throw .wrongData }
    default: throw .unsupportedHash
    }
  }
}
