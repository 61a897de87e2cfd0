import ArgumentParser
import StorageNode
import VaultEncoding

/// `freehold-node scrub`: reads every shard and compares it with its name.
struct ScrubCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "scrub", abstract: "Read every shard and name the rotten ones (exit 15).",
    discussion: """
      freehold-node scrub --data /srv/freehold

      A rotten shard stays listed as stored until its owner repairs it; nothing is changed here.
      """)

  @OptionGroup var options: DataOptions

  func run() throws {
    let report = try options.home().scrub()
    if options.json {
      let rotten = report.rotten.map { finding -> JSON in
        .object([
          ("vault", .text(finding.vault.text)), ("shard", .text(finding.shard)),
          ("problem", .text(finding.problem)),
        ])
      }
      Output.data(
        JSON.object([
          ("shards", .number(Int64(report.shardCount))), ("bytes", .number(report.bytes)),
          ("strays", .number(Int64(report.strayCount))), ("rotten", .array(rotten)),
        ]).text)
    } else {
      for finding in report.rotten {
        Output.data("\(finding.vault.text) \(finding.shard) \(finding.problem)")
      }
      let bytes = ByteSize.text(report.bytes)
      Output.talk("\(report.shardCount) shards, \(bytes), \(report.rotten.count) rotten")
    }
    if !report.rotten.isEmpty { throw ExitCode.damaged }
  }
}
