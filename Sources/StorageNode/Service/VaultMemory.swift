/// What is known of one vault while it is used: how far its feeds go, and who may do what.
struct VaultMemory: Sendable {
  var index: VaultIndex
  var judge: VaultJudge
}
