import Testing
import VaultEncoding

@testable import VaultCrypto

@Suite struct CPaceTests {
  /// One run of both sides, with every value in between.
  struct Run: Decodable {
    let password, channel, session, generator, firstScalar, secondScalar: HexBytes
    let firstData, secondData, firstMessage, secondMessage, key: HexBytes

    enum CodingKeys: String, CodingKey {
      case password = "PRS"
      case channel = "CI"
      case session = "sid"
      case generator = "g"
      case firstScalar = "ya"
      case secondScalar = "yb"
      case firstData = "ADa"
      case secondData = "ADb"
      case firstMessage = "Ya"
      case secondMessage = "Yb"
      case key = "ISK_IR"
    }

    func side(_ role: CPace.Role) throws -> CPace {
      let isFirst = role == .initiator
      return try CPace(
        role, password: SecretBytes(password.bytes), channel: channel.bytes, session: session.bytes,
        associatedData: isFirst ? firstData.bytes : secondData.bytes,
        scalar: SecretBytes(isFirst ? firstScalar.bytes : secondScalar.bytes))
    }
  }

  struct Draft: Decodable {
    struct Points: Decodable {
      let valid: Point
      let invalid1, invalid2: HexBytes
      enum CodingKeys: String, CodingKey {
        case valid = "Valid"
        case invalid1 = "Invalid Y1"
        case invalid2 = "Invalid Y2"
      }
    }
    struct Point: Decodable {
      let element: HexBytes
      enum CodingKeys: String, CodingKey {
        case element = "X"
      }
    }
    let vector: Run
    let points: Points
  }

  private static let draft = "cpace/draft-ristretto255.json"
  private static let made = "cpace/made-ristretto255.json"

  @Test func `both sides of every vector come to its key`() throws {
    let runs =
      [try Fixture.exact(Draft.self, Self.draft).vector]
      + (try Fixture.exact(Cases<Run>.self, Self.made).cases)
    #expect(runs.count == 7)
    for run in runs {
      let generator = CPace.generator(
        password: SecretBytes(run.password.bytes), channel: run.channel.bytes,
        session: run.session.bytes)
      #expect(generator.exposedCopy() == run.generator.bytes)
      let (first, second) = (try run.side(.initiator), try run.side(.responder))
      #expect(first.message == run.firstMessage.bytes)
      #expect(second.message == run.secondMessage.bytes)
      let keys = [
        try first.key(with: run.secondMessage.bytes, associatedData: run.secondData.bytes),
        try second.key(with: run.firstMessage.bytes, associatedData: run.firstData.bytes),
      ]
      for key in keys { #expect(key.exposedCopy() == run.key.bytes) }
    }
  }

  @Test func `what is no group element, or the neutral one, is refused`() throws {
    let draft = try Fixture.exact(Draft.self, Self.draft)
    let side = try draft.vector.side(.initiator)
    _ = try side.key(with: draft.points.valid.element.bytes, associatedData: [])
    let good = draft.points.valid.element.bytes
    var refused = [
      draft.points.invalid1.bytes, draft.points.invalid2.bytes, [], Array(good.dropLast()),
      good + [0], flipping(good, at: 31, bit: 7), [UInt8](repeating: 0xFF, count: 32),
    ]
    // A negative encoding, and p itself: second spellings of elements.
    refused.append([1] + [UInt8](repeating: 0, count: 31))
    refused.append([0xED] + [UInt8](repeating: 0xFF, count: 30) + [0x7F])
    for message in refused {
      #expect(throws: CryptoError(.keyRefused, ""), "\(Hex.encode(message))") {
        _ = try side.key(with: message, associatedData: [])
      }
    }
  }

  @Test func `another password, channel, session or text in clear gives another key`() throws {
    func side(
      _ role: CPace.Role, _ password: String = "word", channel: String = "c",
      session: String = "s", data: String = "d", seed: UInt64? = nil
    ) throws -> CPace {
      var generator = SeededGenerator(seed: seed ?? (role == .initiator ? 1 : 2))
      return try CPace(
        role, password: SecretBytes(Array(password.utf8)), channel: Array(channel.utf8),
        session: Array(session.utf8), associatedData: Array(data.utf8), using: &generator)
    }
    let first = try side(.initiator)
    func agree(_ second: CPace, firstData: String = "d", secondData: String = "d") throws -> Bool {
      let one = try first.key(with: second.message, associatedData: Array(secondData.utf8))
      let other = try second.key(with: first.message, associatedData: Array(firstData.utf8))
      return one == other
    }
    #expect(try agree(try side(.responder)))
    #expect(try !agree(try side(.responder, "ward")))
    #expect(try !agree(try side(.responder, channel: "x")))
    #expect(try !agree(try side(.responder, session: "x")))
    #expect(try !agree(try side(.responder), firstData: "x"))
    #expect(try !agree(try side(.responder), secondData: "x"))
    #expect(try !agree(try side(.initiator, seed: 3)), "two initiators are no pair")
  }

  @Test func `two runs with one password send different messages`() throws {
    var generator = SeededGenerator(seed: 3)
    let messages = try (0..<8).map { _ in
      try CPace(
        .initiator, password: SecretBytes([1]), channel: [], session: [], associatedData: [],
        using: &generator
      ).message
    }
    #expect(Set(messages).count == 8)
  }

  @Test func `what is too long is refused, and nothing prints`() throws {
    var generator = SeededGenerator(seed: 4)
    let long = [UInt8](repeating: 1, count: CPace.fieldBytesMax + 1)
    #expect(throws: CryptoError(.parametersRefused, "")) {
      _ = try CPace(
        .initiator, password: SecretBytes([1]), channel: long, session: [], associatedData: [],
        using: &generator)
    }
    let side = try CPace(
      .responder, password: SecretBytes([7]), channel: [], session: [], associatedData: [],
      using: &generator)
    #expect("\(side)" == "CPace(concealed)")
  }

  @Test func `lengths are written as LEB128`() {
    #expect(SodiumHash512.prefix(0) == [0])
    #expect(SodiumHash512.prefix(127) == [127])
    #expect(SodiumHash512.prefix(128) == [0x80, 1])
    #expect(SodiumHash512.prefix(300) == [0xAC, 2])
  }
}
