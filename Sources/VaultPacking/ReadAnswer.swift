/// What came back for a question.
struct ReadAnswer: Sendable {
  let request: RangeRequest
  let bytes: [UInt8]
}
