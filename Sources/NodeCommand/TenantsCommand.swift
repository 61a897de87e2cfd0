import ArgumentParser
import StorageNode
import VaultEncoding

/// `freehold-node tenants`: which vaults store how much.
struct TenantsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tenants", abstract: "List the vaults, what they store and what they may.",
    discussion: "freehold-node tenants --data /srv/freehold --json")

  @OptionGroup var options: DataOptions

  func run() throws {
    let home = try options.home()
    let tenants = try home.tenants()
    guard options.json else {
      for tenant in tenants {
        let used = ByteSize.text(tenant.usedBytes)
        Output.data("\(tenant.vault.text)  \(used) of \(ByteSize.text(tenant.quotaBytes))")
      }
      Output.talk("\(tenants.count) tenants, \(ByteSize.text(home.configuration.sizeBytes)) in all")
      return
    }
    let items = tenants.map { tenant -> JSON in
      .object([
        ("vault", .text(tenant.vault.text)), ("storedBytes", .number(tenant.usedBytes)),
        ("quotaBytes", .number(tenant.quotaBytes)),
        ("shards", .number(Int64(tenant.shardCount))),
        ("enrolledAt", .text(tenant.enrolledAt.text)),
      ])
    }
    Output.data(
      JSON.object([
        ("sizeBytes", .number(home.configuration.sizeBytes)), ("tenants", .array(items)),
      ]).text)
  }
}
