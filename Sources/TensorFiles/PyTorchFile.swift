import Foundation
import Tensors

/// Weights in the files that PyTorch's `torch.save` writes: the zip archives of today and the
/// legacy form from before version 1.6.
///
/// Nothing in the file is run: see `Pickle`.
/// Source: https://github.com/pytorch/pytorch/blob/main/torch/serialization.py.
public enum PyTorchFile {
  /// The tensors of a state dict by name, numbers of any float or integer type converted to
  /// `Float`; counters such as num_batches_tracked are converted as well.
  ///
  /// A state dict that stands in a dictionary under state_dict, model_state_dict, model or params is
  /// found there; the prefix `module.` is removed when all names have it. Entries that are no tensors are
  /// left out.
  /// - Throws: `TensorFileError` when the file cannot be read, is cut short or damaged, names
  ///   anything that weights do not need, or holds no state dict.
  public static func tensors(at file: URL) throws -> [String: Tensor<Float>] {
    try tensors(in: contents(of: file), file)
  }

  /// The magic number's ten bytes as pickled at the start of a legacy file.
  private static let magicNumber = Data([
    0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, UInt8(ascii: "."),
  ])

  static func isLegacy(_ data: Data) -> Bool { endOfMagicNumber(data) != nil }

  private static func endOfMagicNumber(_ data: Data) -> Int? {
    guard data.first == 0x80, let range = data.prefix(32).range(of: magicNumber) else { return nil }
    return range.upperBound - data.startIndex
  }

  static func tensors(in data: Data, _ file: URL) throws -> [String: Tensor<Float>] {
    if let start = endOfMagicNumber(data) { return try legacy(data, from: start, file) }
    guard data.starts(with: Array("PK".utf8)) else {
      throw TensorFileError(file, "is not a PyTorch file, or cut short")
    }
    return try archive(ZipArchive.entries(of: data, file), fileSize: data.count, file)
  }

  // MARK: Zip archives

  /// Whether `entries` are those of a file of PyTorch.
  static func pickle(among entries: [ZipArchive.Entry]) -> ZipArchive.Entry? {
    entries.first { $0.name == "data.pkl" || $0.name.hasSuffix("/data.pkl") }
  }

  static func archive(
    _ entries: [ZipArchive.Entry], fileSize: Int, _ file: URL
  ) throws -> [String: Tensor<Float>] {
    guard let pickled = pickle(among: entries) else {
      throw TensorFileError(file, "is not a PyTorch file: the archive has no data.pkl")
    }
    let folder = pickled.name.dropLast("data.pkl".count)
    let members = Dictionary(entries.map { ($0.name, $0) }) { first, _ in first }
    if let order = try members[folder + "byteorder"]?.contents() {
      try requireLittleEndian(order == Data("little".utf8), file)
    }
    var pickle = Pickle(try pickled.contents(), file)
    let root = try pickle.load()
    var opened: [String: Data] = [:]
    return try stateDict(pickle, root, fileSize: fileSize) { storage in
      if let bytes = opened[storage.key] { return bytes }
      let bytes = try members[folder + "data/" + storage.key]?.contents()
      opened[storage.key] = bytes
      return bytes
    }
  }

  private static func requireLittleEndian(_ isLittle: Bool, _ file: URL) throws {
    guard isLittle else {
      throw TensorFileError(
        file, "was written on a big-endian machine; load it in PyTorch and save it again")
    }
  }

  // MARK: The legacy form

  /// Pickles of the protocol's version, of facts about the machine, of the object and of the
  /// storages' keys, then each storage: its count in 8 bytes and its elements.
  private static func legacy(
    _ data: Data, from start: Int, _ file: URL
  ) throws -> [String: Tensor<Float>] {
    var pickle = Pickle(data, from: start, file)
    guard case .int(1001) = try pickle.load() else {
      throw TensorFileError(file, "is not a PyTorch file of protocol 1001")
    }
    let machine = try pickle.load()
    if case .bool(let isLittle)? = pickle.entries(machine)?["little_endian"] {
      try requireLittleEndian(isLittle, file)
    }
    let root = try pickle.load()
    let keys = try pickle.load()
    let types = Dictionary(pickle.storages.map { ($0.key, $0.type) }) { first, _ in first }
    var position = pickle.position
    var storages: [String: Data] = [:]
    for key in pickle.items(keys, .list) ?? [] {
      guard case .string(let key) = key, let type = types[key] else {
        throw TensorFileError(file, "is damaged: it has a storage that no tensor names")
      }
      let name = "storage “\(printable(key))”"
      guard data.count - position >= 8 else {
        throw TensorFileError(file, "is cut short before \(name); get a fresh copy of it")
      }
      let count = data.withUnsafeBytes {
        Int64(littleEndian: $0.loadUnaligned(fromByteOffset: position, as: Int64.self))
      }
      position += 8
      guard count >= 0, count <= (data.count - position) / type.size else {
        throw TensorFileError(
          file,
          "is cut short or damaged: \(name) should have \(count) elements of \(type.size) bytes, "
            + "\(data.count - position) bytes are left; get a fresh copy of it")
      }
      storages[key] = data.dropFirst(position).prefix(Int(count) * type.size)
      position += Int(count) * type.size
    }
    return try stateDict(pickle, root, fileSize: data.count) { storages[$0.key] }
  }

  // MARK: State dicts

  private static func stateDict(
    _ pickle: Pickle, _ root: Pickle.Value, fileSize: Int,
    bytes: (PyTorchStorage) throws -> Data?
  ) throws -> [String: Tensor<Float>] {
    var found = pickle.entries(root)
    // Twice at most, for a dictionary may hold itself.
    for _ in 0..<2 {
      let inner = ["state_dict", "model_state_dict", "model", "params"].lazy
        .compactMap { name in found?[name].flatMap { pickle.entries($0) } }
      found = inner.first ?? found
    }
    // Views can show the same numbers any number of times.
    var budget = 8 * fileSize + (1 << 20)
    var tensors: [String: Tensor<Float>] = [:]
    for (name, value) in (found ?? [:]).sorted(by: { $0.key < $1.key }) {
      guard case .tensor(let index) = value else { continue }
      let view = pickle.views[index]
      do {
        let count = try view.checkedCount()
        budget -= min(count, budget + 1)
        guard budget >= 0 else {
          throw PyTorchView.Flaw("and those before repeat the file’s numbers too often")
        }
        guard let bytes = try bytes(view.storage) else {
          throw PyTorchView.Flaw("is in a storage that is not there: “\(view.storage.key)”")
        }
        tensors[name] = try view.tensor(in: bytes, count: count)
      } catch let flaw as PyTorchView.Flaw {
        throw TensorFileError(pickle.file, "tensor “\(printable(name))” \(printable(flaw.reason))")
      }
    }
    guard !tensors.isEmpty else {
      throw TensorFileError(
        pickle.file,
        "holds no tensors by name; in PyTorch, save the weights with "
          + "torch.save(model.state_dict(), …)")
    }
    guard tensors.keys.allSatisfy({ $0.hasPrefix("module.") }) else { return tensors }
    return Dictionary(
      uniqueKeysWithValues: tensors.map { (String($0.key.dropFirst("module.".count)), $0.value) })
  }
}

extension Pickle {
  /// A dictionary's entries whose keys are text, later ones before earlier; `nil` for any other
  /// value.
  func entries(_ value: Value) -> [String: Value]? {
    guard let items = items(value, .dictionary) else { return nil }
    var entries: [String: Value] = [:]
    for index in stride(from: 0, to: items.count - 1, by: 2) {
      if case .string(let name) = items[index] { entries[name] = items[index + 1] }
    }
    return entries
  }
}
