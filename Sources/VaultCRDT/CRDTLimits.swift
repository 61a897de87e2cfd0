/// Bounds on everything that comes from outside.
///
/// docs/spec/crdt.md, "Limits".
public enum CRDTLimits {
  /// The longest name that Linux file systems keep: 255 bytes.
  public static let nameBytesMax = 255
  /// The most operations in one batch: above that a device writes several.
  public static let operationsPerBatchMax = 1 << 20
  /// The longest encoded batch, which also keeps offsets inside 32 bits.
  public static let batchBytesMax = 1 << 28
  /// The longest content value, a manifest: a file of 1 TiB needs about 100 MiB less than this.
  public static let contentBytesMax = (1 << 24) - 1
  /// The longest attribute value; extended attributes travel as one.
  public static let attributeBytesMax = 1 << 20
  /// The longest key of a setting.
  public static let settingKeyBytesMax = 1_024
  /// The longest value of a setting.
  public static let settingBytesMax = 1 << 20
  /// The most operations of one replica: counters fit 32 bits.
  public static let operationsPerReplicaMax = UInt64(UInt32.max) - 1
  /// The most batches of one replica: sequences fit 32 bits.
  public static let batchesPerReplicaMax = UInt64(UInt32.max) - 1
  /// The most replicas in one scope: their index fits 16 bits, one value of which is reserved.
  public static let replicasMax = 65_534
  /// The most objects in one scope: their index fits 32 bits, a few values of which are reserved.
  public static let objectsMax = Int(UInt32.max) - 16
  /// The greatest logical time; it cannot be reached, since it counts operations.
  public static let lamportMax = UInt64(1) << 47
  /// The latest wall clock that fits: the year 6429.
  public static let millisecondsMax = Int64(1) << 47
  /// How far ahead of its own clock a device follows the clocks of others: one hour.
  public static let clockLeadMillisecondsMax: Int64 = 3_600_000
  /// The longest label inside the name of a clash.
  public static let conflictLabelBytesMax = 64
  /// The longest suffix after the last dot that counts as a file name extension.
  public static let extensionBytesMax = 16
}
