/// Why bytes are no CARv1 file.
public enum CARError: Error, Hashable, Sendable {
  /// The file, its header, a block or their number is above a limit.
  case overLimit
  /// The length of a section is no varint, or more than is there or allowed.
  case section(ByteReaderError)
  /// A section has no bytes.
  case emptySection
  /// The header is no DAG-CBOR.
  case header(CBORError)
  /// The header is not a map of `roots` and `version`.
  case headerShape
  /// The version is not 1.
  case unsupportedVersion
  /// A block does not begin with a CID.
  case name(CIDError)
  /// A block is named by a hash that cannot be checked here.
  case unsupportedHash
  /// A block's bytes are not what its CID names.
  case wrongData
}
