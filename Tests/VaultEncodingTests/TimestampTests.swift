import Foundation
import Testing
import VaultEncoding

@Suite struct TimestampTests {
  @Test(
    arguments: [
      ("1970-01-01T00:00:00Z", 0, "1970-01-01T00:00:00Z"),
      ("2027-01-31T12:34:56.789Z", 1_801_398_896_789, "2027-01-31T12:34:56.789Z"),
      ("2000-02-29T23:59:59Z", 951_868_799_000, "2000-02-29T23:59:59Z"),
      ("1969-12-31T23:59:59.999Z", -1, "1969-12-31T23:59:59.999Z"),
      ("2026-11-22t21:52:00.5z", 1_795_384_320_500, "2026-11-22T21:52:00.500Z"),
      ("2026-11-22 23:52:00+02:00", 1_795_384_320_000, "2026-11-22T21:52:00Z"),
      ("2026-11-22T16:22:00-05:30", 1_795_384_320_000, "2026-11-22T21:52:00Z"),
      ("2026-11-22T21:52:00.000999999Z", 1_795_384_320_000, "2026-11-22T21:52:00Z"),
      ("0000-01-01T00:00:00Z", -62_167_219_200_000, "0000-01-01T00:00:00Z"),
      ("9999-12-31T23:59:59.999Z", 253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
    ] as [(String, Int64, String)])
  func `RFC 3339 is read and written`(text: String, milliseconds: Int64, canonical: String) throws {
    let timestamp = try Timestamp(text)
    #expect(timestamp.milliseconds == milliseconds)
    #expect(timestamp.text == canonical)
  }

  @Test(arguments: [
    "", "2027", "2027-01-31", "2027-1-31T00:00:00Z", "2027-01-31T00:00Z", "2027-01-31T00:00:00",
    "2027-01-31T00:00:00.Z", "2027-01-31T00:00:00Zx", "2027-01-31T00:00:00+0200",
    "2027-01-31T00:00:00+02", "+2027-01-31T00:00:00Z", "２027-01-31T00:00:00Z",
    "2027-01-31T00:00:00.5" + "555555555555555555555555555555555555555555555555555Z",
  ])
  func `text of another form is refused`(text: String) {
    #expect(throws: TimestampError.malformed) { try Timestamp(text) }
  }

  @Test(arguments: [
    "2027-00-01", "2027-13-01", "2027-01-00", "2027-01-32", "2027-02-29", "1900-02-29",
    "2027-04-31",
  ])
  func `days that do not exist are refused`(date: String) {
    #expect(throws: TimestampError.outOfRange) { try Timestamp(date: date) }
    #expect(throws: TimestampError.outOfRange) { try Timestamp(date + "T00:00:00Z") }
  }

  @Test(arguments: ["24:00:00Z", "00:60:00Z", "23:59:60Z", "00:00:00+24:00", "00:00:00-00:60"])
  func `times that do not exist are refused`(time: String) {
    #expect(throws: TimestampError.outOfRange) { try Timestamp("2027-01-31T" + time) }
  }

  @Test func `random moments agree with Foundation and come back`() throws {
    var generator = SeededGenerator.forTest()
    let style = Date.ISO8601FormatStyle(includingFractionalSeconds: false)
    for _ in 0..<2000 {
      let seconds = Int64(generator.number(below: 300_000_000_000)) - 50_000_000_000
      let timestamp = try #require(Timestamp(seconds: seconds))
      #expect(try Timestamp(timestamp.text) == timestamp)
      #expect(timestamp.seconds == seconds)
      if seconds > -12_000_000_000 {  // Foundation leaves the Gregorian calendar before 1582
        #expect(timestamp.text == style.format(Date(timeIntervalSince1970: Double(seconds))))
      }
      let odd = timestamp.advanced(byMilliseconds: Int64(generator.number(below: 1000)))
      #expect(try Timestamp(odd.text) == odd)
      #expect(odd.seconds == seconds)
    }
  }

  @Test func `every day of 400 years follows the one before`() throws {
    var expected = try Timestamp(date: "1900-01-01")
    for _ in 0..<146_097 {
      #expect(try Timestamp(date: expected.dateText) == expected)
      expected = expected.advanced(byMilliseconds: 86_400_000)
    }
    #expect(expected.dateText == "2300-01-01")
  }

  @Test func `the ends of time do not trap`() {
    let (first, last) = (Timestamp(milliseconds: .min), Timestamp(milliseconds: .max))
    #expect(first.text == "-292275055-05-16T16:47:04.192Z")
    #expect(last.text == "+292278994-08-17T07:12:55.807Z")
    #expect(last.advanced(byMilliseconds: 1) == last)
    #expect(first.advanced(byMilliseconds: -1) == first)
    #expect(last.milliseconds(since: first) == .max)
    #expect(first.milliseconds(since: last) == .min)
    #expect(Timestamp(seconds: .max) == nil)
  }
}

@Suite struct HTTPDateTests {
  @Test(
    arguments: [
      ("Thu, 01 Jan 1970 00:00:00 GMT", "1970-01-01T00:00:00Z"),
      ("Sun, 06 Nov 1994 08:49:37 GMT", "1994-11-06T08:49:37Z"),
      ("Tue, 29 Feb 2000 23:59:59 GMT", "2000-02-29T23:59:59Z"),
      ("Tue, 24 Nov 2026 20:00:01 GMT", "2026-11-24T20:00:01Z"),
    ])
  func `a date of HTTP is read and written`(text: String, time: String) throws {
    let moment = try Timestamp(time)
    #expect(HTTPDate.timestamp(text) == moment)
    #expect(HTTPDate.text(moment.advanced(byMilliseconds: 250)) == text)
  }

  @Test func `moments that HTTP cannot say are left out`() {
    #expect(HTTPDate.text(Timestamp(milliseconds: -1)) == nil)
    #expect(HTTPDate.text(Timestamp(milliseconds: .max)) == nil)
  }
}
