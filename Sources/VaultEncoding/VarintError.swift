/// Why bytes are no varint.
public enum VarintError: Error, Hashable, Sendable {
  /// The bytes end inside the number.
  case truncated
  /// The number has more than nine bytes.
  case tooLong
  /// The same number has a shorter form.
  case notShortest
  /// Bytes follow the number.
  case trailingBytes
}
