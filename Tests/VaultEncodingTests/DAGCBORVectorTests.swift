import Foundation
import Testing
import VaultEncoding

@Suite struct DAGCBORVectorTests {
  struct Valid: Decodable {
    let name: String
    let dagCborHex: String
    let dagCborCid: String
    let dagJson: String
  }

  struct Refused: Decodable {
    let name: String
    let hex: String?
    let generate: String?
  }

  @Test func `every codec fixture decodes to its JSON and encodes to its bytes and CID`() throws {
    for fixture in try Fixture.cases("dag-cbor/valid.json", of: Valid.self) {
      let bytes = try hex(fixture.dagCborHex)
      let value = try DAGCBOR.decode(bytes)
      #expect(DAGCBOR.encode(value) == bytes, "\(fixture.name)")
      let cid = CID(codec: .dagCBOR, digest: ReferenceSHA256.digest(bytes))
      #expect(try CID(fixture.dagCborCid) == cid, "\(fixture.name)")
      let json = try JSONSerialization.jsonObject(
        with: Data(fixture.dagJson.utf8), options: .fragmentsAllowed)
      #expect(matches(value, json), "\(fixture.name)")
    }
  }

  @Test func `every refused fixture is refused with a reason and a place`() throws {
    let reasons: [String: CBORError.Reason] = [
      "dup keys": .duplicateKey, "unsorted keys same length": .keysOutOfOrder,
      "unsorted keys by length": .keysOutOfOrder, "uint 23 in 2 bytes": .notShortest,
      "string len long form": .notShortest, "bytes len long form": .notShortest,
      "array len long form": .notShortest, "indefinite map": .indefiniteLength,
      "half float": .shortFloat, "single float": .shortFloat, "NaN": .notFinite,
      "-Infinity": .notFinite, "undefined": .unsupportedSimple,
      "simple value 0": .unsupportedSimple,
      "tag 2 bignum": .unsupportedTag, "cid as text": .invalidLink, "cid empty bytes": .invalidLink,
      "cid truncated digest": .invalidLink, "int map key": .keyNotText,
      "bad utf8 surrogate": .invalidUTF8, "truncated string": .truncated,
      "truncated map": .truncated, "reserved additional info 28": .reserved,
      "huge array length": .truncated, "huge string length": .truncated,
      "deep nesting 200000": .tooDeep,
    ]
    for fixture in try Fixture.cases("dag-cbor/refuse.json", of: Refused.self) {
      let bytes: [UInt8]
      if let text = fixture.hex {
        bytes = try hex(text)
      } else {
        #expect(fixture.generate?.contains("0x81 repeated 200000 times") == true)
        bytes = [UInt8](repeating: 0x81, count: 200_000) + [0]
      }
      let error = #expect(throws: CBORError.self, "\(fixture.name)") {
        _ = try DAGCBOR.decode(bytes)
      }
      if let reason = reasons[fixture.name] {
        #expect(error?.reason == reason, "\(fixture.name)")
      }
      #expect((0...bytes.count).contains(error?.offset ?? -1), "\(fixture.name)")
    }
  }

  /// Whether a value is what its DAG-JSON says.
  private func matches(_ value: CBORValue, _ json: Any) -> Bool {
    switch value {
    case .null: return json is NSNull
    case .text(let text): return (json as? String).map { $0.utf8.elementsEqual(text.utf8) } ?? false
    case .array(let items):
      guard let list = json as? [Any], list.count == items.count else { return false }
      return zip(items, list).allSatisfy { matches($0, $1) }
    case .map(let map):
      guard let object = json as? [String: Any], object.count == map.count else { return false }
      return map.allSatisfy { pair in object[pair.key].map { matches(pair.value, $0) } ?? false }
    case .bytes(let bytes):
      let inner = (json as? [String: Any])?["/"] as? [String: Any]
      return (inner?["bytes"] as? String) == Multibase.encodeBare(bytes, as: .base64)
    case .link, .foreignLink:
      guard let text = (json as? [String: Any])?["/"] as? String else { return false }
      return (try? AnyCID(text)) == value.asAnyLink
    case .bool(let flag): return (json as? Bool) == flag
    case .unsigned(let number): return (json as? NSNumber)?.doubleValue == Double(number)
    case .negative(let number): return (json as? NSNumber)?.doubleValue == -1 - Double(number)
    case .double(let number):
      // Foundation's JSON reader is off in the last digits here and there.
      guard let read = (json as? NSNumber)?.doubleValue else { return false }
      return abs(read - number) <= 8 * number.ulp
    }
  }
}
