/// Why a message of docs/spec/sync.md was refused.
public enum MessageError: Error, Equatable, Sendable {
  /// The bytes are not strict DAG-CBOR, or exceed the message's limit.
  case encoding(String)
  /// The map's keys are not exactly those of the message.
  case keys(String)
  /// A field has the wrong type, length or value.
  case field(String)
  /// A limit of docs/spec/sync.md section 7 is exceeded.
  case limit(String)
}
