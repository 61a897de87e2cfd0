public import VaultEncoding

/// What a read plan wants done.
public enum ReadAction: Hashable, Sendable {
  /// Send this; report `received`, or `failed` when it cannot succeed any more, and `slow` when it
  /// has not been answered after so many milliseconds.
  case ask(RangeRequest, patienceMilliseconds: Int)
  /// Open these bytes, the wanted range of the pack, and report `accepted` or `rejected`.
  case open([UInt8])
  /// The answer is not needed any more.
  case drop(RangeRequest)
  /// There is nothing left to try.
  case giveUp(ReadFailure)
}

/// Why a range could not be read.
public enum ReadFailure: Hashable, Sendable {
  /// Fewer than k shards answered.
  case tooFewShards(answered: Int, needed: Int)
  /// More than k answers agree, and yet they do not open: what was stored is not what the manifest
  /// names, or the key is wrong. No node is to blame.
  case wrongAsStored
  /// The answers do not open, and they are too few or too contradictory to tell who is wrong. Whole
  /// shards of these nodes should be compared with their names; `lied` makes the plan go on without
  /// a liar.
  case undecided(among: [DID])
}
