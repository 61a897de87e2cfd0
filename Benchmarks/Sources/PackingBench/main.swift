// Speed of cutting, compressing, packing and spreading.
//
//     swift run -c release PackingBench [folder of text files]
//
// Each figure is the best of a few runs in processor time, so that a busy machine disturbs little.

import Foundation
import VaultEncoding
import VaultPacking

struct SplitMix: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var word = state
    word = (word ^ (word >> 30)) &* 0xbf58_476d_1ce4_e5b9
    word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
    return word ^ (word >> 31)
  }
}

func noise(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
  var generator = SplitMix(state: seed)
  return [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
    let words = UnsafeMutableRawBufferPointer(buffer)
    for place in stride(from: 0, to: count & ~7, by: 8) {
      words.storeBytes(of: generator.next(), toByteOffset: place, as: UInt64.self)
    }
    for place in count & ~7..<count { words[place] = 7 }
    initialized = count
  }
}

func processorSeconds() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

/// Prints MB/s for work over so many bytes: the best of `rounds`.
func measure(_ name: String, bytes: Int, rounds: Int = 5, _ work: () throws -> String) rethrows {
  var best = Double.infinity
  var note = ""
  for _ in 0..<rounds {
    let start = processorSeconds()
    note = try work()
    best = min(best, processorSeconds() - start)
  }
  let rate = Int(Double(bytes) / 1e6 / best)
  print("\(name)\t\(rate) MB/s\t\(note)")
}

func readFolder(_ path: String, bytesMax: Int) -> [[UInt8]] {
  var files: [[UInt8]] = []
  var total = 0
  var folders = [path]
  while let folder = folders.popLast(), total < bytesMax {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    for name in names.sorted() {
      let file = folder + "/" + name
      var isFolder = false
      if let values = try? FileManager.default.attributesOfItem(atPath: file) {
        isFolder = values[.type] as? FileAttributeType == .typeDirectory
        if values[.type] as? FileAttributeType == .typeSymbolicLink { continue }
      }
      if isFolder {
        folders.append(file)
      } else if let data = try? Data(contentsOf: URL(fileURLWithPath: file)), !data.isEmpty {
        files.append([UInt8](data))
        total += data.count
      }
    }
  }
  return files
}

/// Content as the chunker would hand it on.
func cut(_ files: [[UInt8]], _ chunker: Chunker) -> [[UInt8]] {
  var chunker = chunker
  return files.flatMap { file in chunker.chunk(file).map { Array(file[$0]) } }
}

func benchChunker(_ chunker: Chunker) {
  let content = noise(128 << 20)
  var chunker = chunker
  measure("chunker", bytes: content.count) {
    let lengths = chunker.chunk(content).map(\.count)
    return "\(lengths.count) chunks, mean \((content.count / lengths.count) >> 10) KiB, "
      + "shortest \((lengths.dropLast().min() ?? 0) >> 10), longest \((lengths.max() ?? 0) >> 10)"
  }
}

func benchCompression(_ name: String, _ chunks: [[UInt8]]) throws {
  let total = chunks.reduce(0) { $0 + $1.count }
  for effort in CompressionEffort.allCases {
    let compressor = try Compressor(effort)
    var made: [CompressedChunk] = []
    measure("\(name) \(effort)", bytes: total, rounds: 2) {
      made = chunks.map { compressor.compress($0) }
      let stored = made.reduce(0) { $0 + $1.bytes.count }
      return "\(chunks.count) chunks, \(total >> 10) KiB → \(stored >> 10) KiB, "
        + "\(made.count { $0.method == .stored }) stored as they are"
    }
    let decompressor = try Decompressor()
    try measure("\(name) \(effort), back", bytes: total, rounds: 2) {
      for (chunk, plain) in zip(made, chunks) {
        _ = try decompressor.decompress(
          chunk.bytes, method: chunk.method, plainBytes: plain.count)
      }
      return ""
    }
  }
}

func benchPacks() throws {
  let source = noise(4 << 20)
  let count = 1024
  try measure("pack filler, 1,024 chunks of 1 MiB", bytes: count << 20, rounds: 2) {
    var generator = SplitMix(state: 2)
    var filler = PackFiller<Int>()
    var (packs, stored, used) = (0, 0, 0)
    func note(_ pack: FilledPack<Int>) {
      packs += 1
      stored += pack.bytes.count
      used += pack.usedBytes
    }
    for label in 0..<count {
      let chunk = Array(source.prefix((256 << 10) + Int(generator.next() % (1536 << 10))))
      if let pack = try filler.add(chunk, as: label, using: &generator) { note(pack) }
    }
    for pack in try filler.finish(using: &generator) { note(pack) }
    return "\(packs) packs, padding \((stored - used) * 1000 / stored) per mille"
  }
}

func benchCodes() throws {
  let pack = noise(PackFormat.capacityBytes)
  for (data, total) in [(2, 3), (3, 5), (4, 6), (10, 14), (17, 20)] {
    let code = try ErasureCode(dataShards: data, totalShards: total)
    try measure("parity \(data) of \(total)", bytes: pack.count) {
      "\(try code.parity(of: pack).count) shards"
    }
    try measure("all shards \(data) of \(total)", bytes: pack.count) {
      "\(try code.shards(of: pack).count) shards"
    }
    var left: [Int: [UInt8]] = [:]
    for (index, shard) in try code.shards(of: pack).enumerated().dropFirst(total - data) {
      left[index] = shard
    }
    let missing = Array(0..<total - data)
    try measure("rebuild \(missing.count) for \(data) of \(total)", bytes: pack.count) {
      "\(try code.rebuild(missing, from: left).count) shards"
    }
    let range = left.mapValues { Array($0[4096..<4096 + 65536]) }
    try measure("rebuild 64 KiB for \(data) of \(total)", bytes: 65536 * data, rounds: 50) {
      "\(try code.rebuild([0], from: range).count) range"
    }
  }
}

func benchPlacement() {
  var generator = SplitMix(state: 3)
  let nodes = (0..<20).map { _ in
    PlacementNode(did: DID(key: .generate(using: &generator)), weight: 3)
  }
  let packs = (0..<1000).map { _ in Bytes32.generate(using: &generator) }
  let start = processorSeconds()
  for pack in packs { _ = Placement.choose(pack: pack, shards: 5, among: nodes) }
  print("placement of 1,000 packs on 20 nodes\t\(processorSeconds() - start) s")
}

let key = [UInt8](repeating: 9, count: 32)
let chunker = Chunker(key: key)
benchChunker(chunker)
let folder = CommandLine.arguments.dropFirst().first ?? "/usr/include"
try benchCompression("text", cut(readFolder(folder, bytesMax: 100 << 20), chunker))
try benchCompression("noise", cut([noise(64 << 20)], chunker))
try benchPacks()
try benchCodes()
benchPlacement()
