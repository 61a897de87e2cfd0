import Testing
import VaultCRDT

/// docs/spec/crdt.md, "Deletion": nothing that somebody did without knowing of a deletion
/// vanishes from view.
struct DeletionRuleTests {
  /// `docs/plan` and `docs/old`, known to two replicas.
  private func docs() throws -> (Replica, Replica) {
    try twins { draft in
      let docs = try draft.create(.folder, in: .root, named: "docs".bytes)
      _ = try draft.create(.file, in: docs, named: "plan".bytes)
      _ = try draft.create(.file, in: docs, named: "old".bytes)
      _ = try draft.create(.folder, in: .root, named: "away".bytes)
    }
  }

  private func exchange(
    _ left: inout Replica, _ leftBatch: Batch, _ right: inout Replica, _ rightBatch: Batch
  ) throws {
    try left.merge(rightBatch)
    try right.merge(leftBatch)
    #expect(left.listing == right.listing)
    #expect(left.tree.encodeCheckpoint() == right.tree.encodeCheckpoint())
  }

  @Test func `what is deleted is hidden and can be restored`() throws {
    var (left, _) = try docs()
    let (docs, plan) = (try left.find("docs"), try left.find("docs/plan"))
    _ = try left.commit { try $0.trash(docs) }
    #expect(left.listing == ["away/"])
    #expect(left.tree.isTrashed(plan))
    #expect(left.tree.path(of: plan) == nil)
    #expect(left.tree.parent(of: docs) == .trash)
    let trashed = left.tree.trashed()
    #expect(trashed.map(\.object) == [docs])
    #expect(trashed[0].home == .root)
    #expect(left.tree.children(of: docs).count == 2)
    _ = try left.commit { try $0.restore(docs) }
    #expect(left.listing == ["away/", "docs/", "docs/old", "docs/plan"])
  }

  @Test func `an edit survives a concurrent delete`() throws {
    var (left, right) = try docs()
    let plan = try left.find("docs/plan")
    let delete = try left.commit { try $0.trash(plan) }
    let edit = try right.commit { try $0.setContent(plan, to: [1]) }
    try exchange(&left, delete, &right, edit)
    #expect(left.listing == ["away/", "docs/", "docs/old", "docs/plan"])
  }

  @Test func `a folder that became a scope survives a concurrent delete of what is around it`()
    throws
  {
    var (left, right) = try docs()
    let (docs, plan) = (try left.find("docs"), try left.find("docs/plan"))
    let inner = try right.commit { _ = try $0.create(.folder, in: docs, named: "in".bytes) }
    try left.merge(inner)
    let shared = try left.find("docs/in")
    let delete = try left.commit { try $0.trash(docs) }
    let share = try right.commit { draft in
      try draft.setAttribute(.scope, of: shared, to: [1])
      try draft.setAttribute(.mode, of: plan, to: [1, 2])
    }
    try exchange(&left, delete, &right, share)
    #expect(left.listing == ["away/", "docs/", "docs/in/"])
    _ = try left.commit { try $0.trash(docs) }
    #expect(left.listing == ["away/"], "this deletion has seen it")
    _ = try left.commit { try $0.setAttribute(.scope, of: shared, to: [2]) }
    #expect(left.listing == ["away/", "docs/", "docs/in/"])
  }

  @Test func `an edit deep in a deleted folder brings its folders back and nothing else`() throws {
    var (left, right) = try docs()
    let (docs, plan, old) = (
      try left.find("docs"), try left.find("docs/plan"), try left.find("docs/old")
    )
    let delete = try left.commit { try $0.trash(docs) }
    let edit = try right.commit { try $0.setContent(plan, to: [1]) }
    try exchange(&left, delete, &right, edit)
    #expect(left.listing == ["away/", "docs/", "docs/plan"])
    #expect(left.tree.trashed().map(\.object) == [old])
    _ = try left.commit { try $0.restore(old) }
    #expect(left.listing == ["away/", "docs/", "docs/old", "docs/plan"])
  }

  @Test func `a folder deleted file by file comes back as a path`() throws {
    var (left, right) = try docs()
    let (docs, plan) = (try left.find("docs"), try left.find("docs/plan"))
    let delete = try left.commit { draft in
      try draft.trash(plan)
      try draft.trash(docs)
    }
    let edit = try right.commit { try $0.setContent(plan, to: [1]) }
    try exchange(&left, delete, &right, edit)
    #expect(left.listing == ["away/", "docs/", "docs/plan"])
  }

  @Test func `an edit that the deletion had seen does not survive it`() throws {
    var (left, right) = try docs()
    let plan = try left.find("docs/plan")
    let edit = try right.commit { try $0.setContent(plan, to: [1]) }
    try left.merge(edit)
    let delete = try left.commit { try $0.trash(plan) }
    try right.merge(delete)
    #expect(right.listing == ["away/", "docs/", "docs/old"])
  }

  @Test func `an edit that one of two concurrent deletions had seen stays deleted`() throws {
    var (left, right) = try docs()
    let plan = try left.find("docs/plan")
    let deleted = try left.commit { draft in
      try draft.setContent(plan, to: [1])
      try draft.trash(plan)
    }
    let alsoDeleted = try right.commit { try $0.trash(plan) }
    try exchange(&left, deleted, &right, alsoDeleted)
    #expect(left.listing == ["away/", "docs/", "docs/old"])
  }

  @Test func `what is moved into a folder that is deleted meanwhile stays in view`() throws {
    var (left, right) = try docs()
    let inner = try right.create(.file, "away/inner").batch
    try left.merge(inner)
    let (docs, away) = (try left.find("docs"), try left.find("away"))
    let delete = try left.commit { try $0.trash(docs) }
    let move = try right.commit { try $0.move(away, to: docs) }
    try exchange(&left, delete, &right, move)
    #expect(left.listing == ["docs/", "docs/away/", "docs/away/inner"])
  }

  @Test func `what is created in a folder that is deleted meanwhile stays in view`() throws {
    var (left, right) = try docs()
    let docs = try left.find("docs")
    let delete = try left.commit { try $0.trash(docs) }
    let create = try right.create(.file, "docs/new").batch
    try exchange(&left, delete, &right, create)
    #expect(left.listing == ["away/", "docs/", "docs/new"])
  }

  @Test func `what came back can be deleted again with one stroke`() throws {
    var (left, right) = try docs()
    let (docs, plan) = (try left.find("docs"), try left.find("docs/plan"))
    let delete = try left.commit { try $0.trash(docs) }
    let edit = try right.commit { try $0.setContent(plan, to: [1]) }
    try exchange(&left, delete, &right, edit)
    let again = try left.commit { try $0.trash(docs) }
    #expect(left.listing == ["away/"])
    try right.merge(again)
    #expect(right.listing == ["away/"])
  }

  @Test func `a folder is deleted with what reappeared in it`() throws {
    var (left, right) = try docs()
    let (docs, plan) = (try left.find("docs"), try left.find("docs/plan"))
    let delete = try left.commit { try $0.trash(plan) }
    let edit = try right.commit { try $0.setContent(plan, to: [1]) }
    try exchange(&left, delete, &right, edit)
    let all = try left.commit { try $0.trash(docs) }
    #expect(left.listing == ["away/"])
    try right.merge(all)
    #expect(right.listing == ["away/"])
  }

  @Test func `writing to a deleted file shows it again`() throws {
    var (left, _) = try docs()
    let plan = try left.find("docs/plan")
    _ = try left.commit { try $0.trash(plan) }
    _ = try left.commit { try $0.setContent(plan, to: [5]) }
    #expect(try left.find("docs/plan") == plan)
    try left.tree.checkInvariants()
  }

  @Test func `of a move and a deletion of one object the later one counts`() throws {
    var (left, right) = try docs()
    let (plan, away) = (try left.find("docs/plan"), try left.find("away"))
    let delete = try left.commit { try $0.trash(plan) }
    let move = try right.commit { draft in
      try draft.setSetting([1], to: [1])
      try draft.move(plan, to: away)
    }
    try exchange(&left, delete, &right, move)
    #expect(left.listing == ["away/", "away/plan", "docs/", "docs/old"])
  }

  @Test func `two folders deleted out of each other still show what was written meanwhile`() throws
  {
    var (left, right) = try twins { draft in
      let a = try draft.create(.folder, in: .root, named: "a".bytes)
      let b = try draft.create(.folder, in: a, named: "b".bytes)
      _ = try draft.create(.file, in: b, named: "f".bytes)
    }
    let (a, b, f) = (try left.find("a"), try left.find("a/b"), try left.find("a/b/f"))
    let edit = try right.commit { try $0.setContent(f, to: [1]) }
    let delete = try left.commit { draft in
      try draft.trash(b)
      try draft.trash(a)
    }
    // By moves that no draft makes: a was in b when it was deleted, b in a.
    let wild = Batch.make(
      [.move(b, parent: .root), .move(a, parent: b), .trash(a), .trash(b)], by: left.key,
      on: left.tree)
    try left.merge(wild)
    try left.merge(edit)
    try right.merge(delete, wild)
    #expect(left.listing == right.listing)
    #expect(left.tree.path(of: f) != nil)
  }

  @Test func `a new thing in a folder that is in the trash is refused`() throws {
    var (left, _) = try docs()
    let docs = try left.find("docs")
    _ = try left.commit { try $0.trash(docs) }
    #expect(throws: CRDTError.self) {
      try left.tree.commit(by: left.key, at: 1) { draft in
        _ = try draft.create(.file, in: docs, named: "x".bytes)
      }
    }
  }
}
