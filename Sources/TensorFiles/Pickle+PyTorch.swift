import Foundation

/// Numbers in a PyTorch file that several tensors may share.
struct PyTorchStorage {
  let key: String
  let type: ElementType
  /// How many elements it has in the file.
  let count: Int
  /// The elements that tensors see: all, or a part of them in a file of the legacy form.
  let visible: Range<Int>
}

/// A tensor in a PyTorch file: element [i, j, …] is number offset + i·strides₀ + j·strides₁ + … of
/// what its storage shows.
struct PyTorchView {
  let storage: PyTorchStorage
  let offset: Int
  let shape: [Int]
  let strides: [Int]
}

extension Pickle {
  /// All that a pickle may name.
  enum Global {
    case orderedDictionary, tensor, parameter, size, device
    case storage(ElementType)
  }

  private static let storageTypes: [String: ElementType] = [
    "FloatStorage": .float32, "DoubleStorage": .float64, "HalfStorage": .float16,
    "BFloat16Storage": .bfloat16, "LongStorage": .int64, "IntStorage": .int32,
    "ShortStorage": .int16, "CharStorage": .int8, "ByteStorage": .uint8, "BoolStorage": .bool,
  ]

  func global(_ module: String, _ name: String) throws -> Global {
    switch (module, name) {
    case ("collections", "OrderedDict"): return .orderedDictionary
    case ("torch._utils", "_rebuild_tensor_v2"), ("torch._utils", "_rebuild_tensor"):
      return .tensor
    case ("torch._utils", "_rebuild_parameter"): return .parameter
    case ("torch", "Size"): return .size
    case ("torch", "device"): return .device
    case ("torch", _):
      if let type = Self.storageTypes[name] { return .storage(type) }
    default: break
    }
    throw fail(
      "asks for “\(printable("\(module).\(name)"))”, which weights do not need and which could run "
        + "any code: it is not read. In PyTorch, save only the weights: "
        + "torch.save(model.state_dict(), …)")
  }

  /// What the call of `global` would return in Python.
  mutating func call(_ global: Global, _ arguments: [Value]) throws -> Value {
    switch global {
    case .orderedDictionary where arguments.count <= 1:
      guard let pairs = arguments.isEmpty ? [] : items(arguments[0], .list) else { break }
      return try dictionary(of: pairs)
    case .tensor:
      views.append(try view(arguments))
      return .tensor(views.count - 1)
    case .parameter:
      if case .tensor? = arguments.first { return arguments[0] }
    case .size:
      if arguments.count == 1, items(arguments[0], .tuple) != nil { return arguments[0] }
    case .device: return .other
    default: break
    }
    throw fail("is damaged: it makes a \(global) of the wrong parts; get a fresh copy of it")
  }

  /// _rebuild_tensor_v2(storage, offset, size, stride, requires_grad, hooks, metadata), of which
  /// the first version has the first four.
  private func view(_ arguments: [Value]) throws -> PyTorchView {
    let damaged = fail("is damaged: it describes a tensor by the wrong parts; get a fresh copy")
    guard 4...7 ~= arguments.count, case .storage(let storage) = arguments[0],
      case .int(let offset) = arguments[1], let shape = integers(arguments[2]),
      let strides = integers(arguments[3])
    else { throw damaged }
    if arguments.count == 7 {
      guard case .none = arguments[6] else {
        throw fail("holds a tensor that is a negated or conjugated view; save a clone() of it")
      }
    }
    return PyTorchView(
      storage: storages[storage], offset: offset, shape: shape, strides: strides)
  }

  private func integers(_ value: Value) -> [Int]? {
    guard let items = items(value, .tuple) else { return nil }
    let integers = items.compactMap { item -> Int? in
      if case .int(let number) = item { number } else { nil }
    }
    return integers.count == items.count ? integers : nil
  }

  /// The storage with the persistent id ("storage", type, key, device, count); the legacy form
  /// adds None or, for a part of that storage, (key of the part, its start, its count).
  mutating func storage(_ id: Value) throws -> Value {
    guard let id = items(id, .tuple), 5...6 ~= id.count,
      case (.string("storage"), .global(.storage(let type))) = (id[0], id[1]),
      case (.string(let key), .int(let count)) = (id[2], id[4]), count >= 0
    else {
      throw fail("is damaged: it refers to a storage by the wrong parts; get a fresh copy of it")
    }
    var visible = 0..<count
    if id.count == 6, let part = items(id[5], .tuple) {
      guard part.count == 3, case (.int(let start), .int(let size)) = (part[1], part[2]),
        start >= 0, size >= 0, start <= count, size <= count - start
      else { throw fail("is damaged: a part of storage “\(printable(key))” exceeds it") }
      visible = start..<start + size
    }
    storages.append(PyTorchStorage(key: key, type: type, count: count, visible: visible))
    return .storage(storages.count - 1)
  }
}
