import Testing
import VaultEncoding

@Suite struct QuantityTests {
  @Test(
    arguments: [
      ("0", 0, "0B", "0 B"), ("4096", 4096, "4KiB", "4 KiB"),
      ("10GiB", 10 << 30, "10GiB", "10 GiB"),
      ("1.5 GiB", 3 << 29, "1536MiB", "1.5 GiB"), ("200gib", 200 << 30, "200GiB", "200 GiB"),
      ("1kB", 1000, "1000B", "1000 B"), ("2 TB", 2_000_000_000_000, "1953125000KiB", "1.8 TiB"),
      ("0.999999PiB", 1_125_898_780_942_717, "1125898780942717B", "1023.9 TiB"),
      ("9223372036854775807", .max, "9223372036854775807B", "8191.9 PiB"),
      ("1.5", 1, "1B", "1 B"), ("512B", 512, "512B", "512 B"),
    ] as [(String, Int64, String, String)])
  func `sizes are read and written`(
    text: String, bytes: Int64, exact: String, forPeople: String
  ) throws {
    let size = try ByteSize(text)
    #expect(size.bytes == bytes)
    #expect(size.text == exact)
    #expect(size.description == forPeople)
    #expect(try ByteSize(size.text) == size)
  }

  @Test(arguments: [
    ("", ByteSizeError.notANumber), ("GiB", .notANumber), ("-1", .notANumber), ("1.", .notANumber),
    (".5GiB", .notANumber), ("1.0000001GiB", .notANumber), ("1,5GiB", .notANumber),
    ("10GiB ", .notANumber), ("10  GiB", .notANumber), ("10GiB/s", .notANumber),
    ("10G", .unknownUnit), ("10 XiB", .unknownUnit), ("9223372036854775808", .tooLarge),
    ("99999999999PiB", .tooLarge), ("8192PiB", .tooLarge),
    ("99999999999999999999999", .notANumber),
  ])
  func `text that is no size is refused`(text: String, error: ByteSizeError) {
    #expect(throws: error) { try ByteSize(text) }
    #expect(!error.description.isEmpty)
  }

  private let now = Timestamp(milliseconds: 1_000_000_000_000)

  @Test(
    arguments: [
      ("2h", 7_200_000, "2h"), ("90d", 7_776_000_000, "90d"), ("36h", 129_600_000, "36h"),
      ("1d12h", 129_600_000, "36h"), ("1w", 604_800_000, "7d"), ("0s", 0, "0s"),
      ("1w2d3h4m5s", 788_645_000, "788645s"),
    ] as [(String, Int64, String)])
  func `durations are read and written`(text: String, milliseconds: Int64, canonical: String) throws
  {
    let expression = try TimeExpression(text)
    #expect(expression == .duration(milliseconds: milliseconds))
    #expect(expression.text == canonical)
    #expect(try TimeExpression(expression.text) == expression)
    #expect(expression.moment(after: now).milliseconds(since: now) == milliseconds)
    #expect(expression.moment(before: now).milliseconds(since: now) == -milliseconds)
  }

  @Test func `a day counts to its end when it lies ahead and from its start when behind`() throws {
    let expression = try TimeExpression("2027-01-31")
    #expect(expression.moment(after: now).text == "2027-01-31T23:59:59.999Z")
    #expect(expression.moment(before: now).text == "2027-01-31T00:00:00Z")
    #expect(expression.text == "2027-01-31")
  }

  @Test func `a moment is itself`() throws {
    let expression = try TimeExpression("2027-01-31T12:00:00+01:00")
    #expect(expression.moment(after: now).text == "2027-01-31T11:00:00Z")
    #expect(expression.moment(before: now) == expression.moment(after: now))
    #expect(expression.text == "2027-01-31T11:00:00Z")
  }

  @Test(arguments: [
    ("", TimeExpressionError.timestamp(.malformed)), ("soon", .timestamp(.malformed)),
    ("90", .timestamp(.malformed)), ("2h30", .timestamp(.malformed)),
    ("-2h", .timestamp(.malformed)),
    ("2y", .unknownUnit), ("2H", .unknownUnit), ("30m2h", .unknownUnit), ("2h2h", .unknownUnit),
    ("99999999999999d", .tooLong), ("99999999999w", .tooLong),
    ("2027-02-30", .timestamp(.outOfRange)),
    ("2027-01-31T25:00:00Z", .timestamp(.outOfRange)),
  ])
  func `text that is no time is refused`(text: String, error: TimeExpressionError) {
    #expect(throws: error) { try TimeExpression(text) }
    #expect(!error.description.isEmpty)
  }

  @Test func `the ends of time do not trap`() {
    for milliseconds in [Int64.min, .max] {
      let expression = TimeExpression.duration(milliseconds: milliseconds)
      for moment in [expression.moment(after: now), expression.moment(before: now)] {
        #expect(!moment.text.isEmpty)
      }
      #expect(!expression.text.isEmpty)
    }
  }

  @Test func `hexadecimal text is read in either case and refused when odd or strange`() {
    #expect(Hex.encode([0, 0x9f, 0xff]) == "009fff")
    #expect(Hex.decode("009FfF") == [0, 0x9f, 0xff])
    #expect(Hex.decode("") == [])
    for text in ["0", "0g", "é0", " 00"] { #expect(Hex.decode(text) == nil) }
  }
}
