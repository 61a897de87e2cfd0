import Testing
import VaultCrypto
import VaultEncoding

@testable import VaultSealing

@Suite struct EntrySealTests {
  @Test func `entries of every length come back`() throws {
    var world = World(seed: 31)
    for count in [0, 1, 251, 252, 253, 1000, 65_536, 1 << 20] {
      let plaintext = world.generator.nextBytes(count)
      let sealed = try EntrySeal.seal(
        plaintext, key: world.epoch, context: world.context, using: &world.generator)
      #expect(sealed.count == PaddedPlaintext.paddedLength(count) + DeriveSeal.overheadBytes)
      #expect(
        try EntrySeal.open(sealed, key: world.epoch, context: world.context) == plaintext)
    }
  }

  @Test func `short entries are all of one length`() throws {
    var world = World(seed: 32)
    var lengths: Set<Int> = []
    for count in 0...252 {
      let plaintext = [UInt8](repeating: 1, count: count)
      lengths.insert(
        try EntrySeal.seal(
          plaintext, key: world.epoch, context: world.context, using: &world.generator
        ).count)
    }
    #expect(lengths == [256 + DeriveSeal.overheadBytes])
  }

  @Test func `the documented context is what an entry is bound to`() throws {
    var world = World(seed: 33)
    let sealed = try EntrySeal.seal(
      [42], key: world.epoch, context: world.context, using: &world.generator)
    let aad = DAGCBOR.encode(
      .array([
        .text("vault/op@1"), .text(world.vault.text), .bytes(world.scope.bytes), .unsigned(3),
        .bytes([0, 0, 0, 0, 0, 0, 0, 9] as [UInt8]), .text(world.device.signing.did.text),
      ]))
    let padded = try DeriveSeal.open(
      sealed, key: world.epoch.operations, label: "vault/v1/op", aad: aad)
    #expect(padded == [0, 0, 0, 1, 42] + [UInt8](repeating: 0, count: 251))
  }

  @Test func `an entry opens nowhere but in its place`() throws {
    var world = World(seed: 34)
    let sealed = try EntrySeal.seal(
      [1], key: world.epoch, context: world.context, using: &world.generator)
    let (vault, scope, author) = (world.vault, world.scope, world.device.signing.did)
    let other = EpochKey.generate(scope: scope, number: 3, using: &world.generator)
    let contexts = [
      EntryContext(vault: author, scope: scope, epoch: 3, sequence: 9, author: author),
      EntryContext(vault: vault, scope: scope, epoch: 3, sequence: 8, author: author),
      EntryContext(vault: vault, scope: scope, epoch: 3, sequence: 9, author: vault),
    ]
    for context in contexts {
      #expect(throws: SealingError(.cannotOpen, "")) {
        try EntrySeal.open(sealed, key: world.epoch, context: context)
      }
    }
    #expect(throws: SealingError(.cannotOpen, "")) {
      try EntrySeal.open(sealed, key: other, context: world.context)
    }
    let otherScope = ScopeID.generate(using: &world.generator)
    for (scope, epoch) in [(otherScope, 3), (scope, 4)] as [(ScopeID, UInt64)] {
      let context = EntryContext(
        vault: vault, scope: scope, epoch: epoch, sequence: 9, author: author)
      #expect(throws: SealingError(.epochOrder, "")) {
        try EntrySeal.open(sealed, key: world.epoch, context: context)
      }
      #expect(throws: SealingError(.epochOrder, "")) {
        try EntrySeal.seal([1], key: world.epoch, context: context, using: &world.generator)
      }
    }
  }

  @Test func `every flipped bit and every missing byte is refused with one error`() throws {
    var world = World(seed: 35)
    let sealed = try EntrySeal.seal(
      [1, 2, 3], key: world.epoch, context: world.context, using: &world.generator)
    for index in sealed.indices {
      #expect(throws: SealingError(.cannotOpen, "")) {
        try EntrySeal.open(
          flipping(sealed, at: index, bit: index & 7), key: world.epoch, context: world.context)
      }
      #expect(throws: SealingError(.cannotOpen, "")) {
        try EntrySeal.open(
          Array(sealed.prefix(index)), key: world.epoch, context: world.context)
      }
    }
  }

  @Test func `an entry above eight mebibytes is refused, one of eight is not`() throws {
    var world = World(seed: 36)
    let most = [UInt8](repeating: 7, count: EntrySeal.plaintextBytesMax)
    let sealed = try EntrySeal.seal(
      most, key: world.epoch, context: world.context, using: &world.generator)
    #expect(try EntrySeal.open(sealed, key: world.epoch, context: world.context) == most)
    #expect(throws: SealingError(.tooLong, "")) {
      try EntrySeal.seal(
        most + [0], key: world.epoch, context: world.context, using: &world.generator)
    }
  }

  @Test func `padding that is not the only right one is refused`() throws {
    let right = PaddedPlaintext.pad([9, 9])
    #expect(try PaddedPlaintext.unpad(right) == [9, 9])
    var wrong: [[UInt8]] = [
      [], [0, 0, 0, 0], Array(right.dropLast()), right + [0],
      flipping(right, at: 255), flipping(right, at: 6), flipping(right, at: 0, bit: 7),
      [0, 0, 0, 253] + right.dropFirst(4), [0xff, 0xff, 0xff, 0xff] + right.dropFirst(4),
    ]
    let long = PaddedPlaintext.pad([UInt8](repeating: 1, count: 1000))
    wrong.append(long + [UInt8](repeating: 0, count: 8))
    wrong.append([0, 0, 0, 1] + [UInt8](repeating: 0, count: 1020))
    for bytes in wrong {
      #expect(throws: SealingError(.paddingRefused, "")) { try PaddedPlaintext.unpad(bytes) }
    }
  }
}
