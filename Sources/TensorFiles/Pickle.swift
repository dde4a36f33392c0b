import Foundation

/// Reads Python's pickles of protocols 2 to 5 as far as `torch.save` needs them for weights, and
/// refuses the rest. A pickle is a program for a stack machine that may call any function of
/// Python; here it can name only what `Global` lists, and nothing of it is ever run.
///
/// Source: https://github.com/python/cpython/blob/main/Lib/pickletools.py.
struct Pickle {
  enum Value {
    case none
    case bool(Bool)
    case int(Int)
    case float(Double)
    case string(String)
    case global(Global)
    /// The index of a dictionary, list or tuple in `containers`.
    case container(Int)
    /// An index into `storages`.
    case storage(Int)
    /// An index into `views`.
    case tensor(Int)
    /// Something of which nobody needs the value: a device, a number of more than 64 bits.
    case other
  }

  /// Containers stand side by side and refer to each other by index, so that one that holds itself,
  /// or a million nested in each other, is as harmless as any other.
  struct Container {
    enum Kind { case dictionary, list, tuple }
    let kind: Kind
    /// The elements; in a dictionary key, value, key, value, ….
    var items: [Value]
  }

  private(set) var containers: [Container] = []
  var storages: [PyTorchStorage] = []
  var views: [PyTorchView] = []

  let file: URL
  private let bytes: Data
  /// How many bytes have been read.
  private(set) var position: Int
  private var stack: [Value] = []
  /// How high the stack stood at each mark.
  private var marks: [Int] = []
  private var memo: [Int: Value] = [:]
  private var steps = 0

  /// A pickle takes memory in proportion to its steps; the largest models' take some 100 000.
  private static let mostSteps = 10_000_000

  init(_ bytes: Data, from position: Int = 0, _ file: URL) {
    (self.bytes, self.position, self.file) = (bytes, position, file)
  }

  func fail(_ reason: String) -> TensorFileError { TensorFileError(file, reason) }

  private func damaged(_ detail: String) -> TensorFileError {
    fail("is damaged or cut short: its pickle \(detail); get a fresh copy of it")
  }

  /// The value of the next pickle, which ends where `position` then stands.
  mutating func load() throws -> Value {
    (stack, marks, memo) = ([], [], [:])
    while true {
      try count(1)
      let code = try UInt8(number(1))
      if code == UInt8(ascii: ".") { return try pop() }
      let isKnown =
        try pushConstant(code) || remember(code) || fillContainer(code) || makeObject(code)
      guard isKnown else {
        throw fail(
          "is damaged or no file of weights: its pickle has the code 0x\(String(code, radix: 16)) "
            + "at byte \(position - 1), which weights do not need")
      }
    }
  }

  private mutating func count(_ new: Int) throws {
    steps += new
    guard steps <= Self.mostSteps else {
      throw fail("has a pickle of more than \(Self.mostSteps) steps; save the state dict only")
    }
  }

  // MARK: Bytes

  private mutating func take(_ count: Int) throws -> Data {
    guard count >= 0, count <= bytes.count - position else { throw damaged("ends too early") }
    defer { position += count }
    return bytes.dropFirst(position).prefix(count)
  }

  /// The next little-endian number of so many bytes.
  private mutating func number(_ count: Int) throws -> Int {
    let number = try take(count).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard let number = Int(exactly: number) else { throw damaged("has an impossible length") }
    return number
  }

  private mutating func text(_ count: Int) throws -> String {
    guard let text = String(data: try take(count), encoding: .utf8) else {
      throw damaged("has text that is not UTF-8")
    }
    return text
  }

  private mutating func line() throws -> String {
    let rest = bytes.dropFirst(position)
    guard let end = rest.firstIndex(of: UInt8(ascii: "\n")) else { throw damaged("ends too early") }
    defer { position += 1 }
    return try text(end - rest.startIndex)
  }

  /// A two's complement number of so many bytes.
  private mutating func integer(_ count: Int) throws -> Value {
    let bytes = try take(count)
    guard count <= 8 else { return .other }
    let negative = bytes.last.map { $0 >= 0x80 } ?? false
    return .int(bytes.reversed().reduce(negative ? -1 : 0) { $0 << 8 | Int($1) })
  }

  // MARK: Stack

  private mutating func pop() throws -> Value {
    guard stack.count > marks.last ?? 0, let value = stack.popLast() else {
      throw damaged("takes from an empty stack")
    }
    return value
  }

  /// Everything above the last mark, which goes as well.
  private mutating func popToMark() throws -> [Value] {
    guard let mark = marks.popLast() else { throw damaged("lacks a mark") }
    defer { stack.removeSubrange(mark...) }
    return Array(stack[mark...])
  }

  private mutating func pushConstant(_ code: UInt8) throws -> Bool {
    switch code {
    case 0x80:  // PROTO
      let version = try number(1)
      guard 2...5 ~= version else {
        throw fail("has a pickle of protocol \(version); supported are 2 to 5")
      }
    case 0x95: _ = try number(8)  // FRAME: a hint for readers of streams
    case UInt8(ascii: "N"): stack.append(.none)
    case 0x88: stack.append(.bool(true))  // NEWTRUE
    case 0x89: stack.append(.bool(false))  // NEWFALSE
    case UInt8(ascii: "K"): stack.append(.int(try number(1)))  // BININT1
    case UInt8(ascii: "M"): stack.append(.int(try number(2)))  // BININT2
    case UInt8(ascii: "J"): stack.append(try integer(4))  // BININT
    case 0x8A: stack.append(try integer(number(1)))  // LONG1
    case 0x8B: stack.append(try integer(number(4)))  // LONG4
    case UInt8(ascii: "G"):  // BINFLOAT, big-endian
      let bits = try take(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      stack.append(.float(Double(bitPattern: bits)))
    case 0x8C, UInt8(ascii: "U"):  // SHORT_BINUNICODE; SHORT_BINSTRING, as Python 2 wrote
      stack.append(.string(try text(number(1))))
    case UInt8(ascii: "X"), UInt8(ascii: "T"):  // BINUNICODE, BINSTRING
      stack.append(.string(try text(number(4))))
    case 0x8D: stack.append(.string(try text(number(8))))  // BINUNICODE8
    default: return false
    }
    return true
  }

  private mutating func remember(_ code: UInt8) throws -> Bool {
    switch code {
    case UInt8(ascii: "("): marks.append(stack.count)  // MARK
    case UInt8(ascii: "0"):  // POP
      if marks.last == stack.count { marks.removeLast() } else { _ = try pop() }
    case UInt8(ascii: "1"): _ = try popToMark()  // POP_MARK
    case UInt8(ascii: "q"): try put(number(1))  // BINPUT
    case UInt8(ascii: "r"): try put(number(4))  // LONG_BINPUT
    case 0x94: try put(memo.count)  // MEMOIZE
    case UInt8(ascii: "h"): try get(number(1))  // BINGET
    case UInt8(ascii: "j"): try get(number(4))  // LONG_BINGET
    default: return false
    }
    return true
  }

  private mutating func put(_ key: Int) throws {
    let value = try pop()
    memo[key] = value
    stack.append(value)
  }

  private mutating func get(_ key: Int) throws {
    guard let value = memo[key] else { throw damaged("refers to what it has not stored") }
    stack.append(value)
  }

  // MARK: Containers

  private mutating func push(_ kind: Container.Kind, _ items: [Value]) {
    containers.append(Container(kind: kind, items: items))
    stack.append(.container(containers.count - 1))
  }

  private mutating func fillContainer(_ code: UInt8) throws -> Bool {
    switch code {
    case UInt8(ascii: "]"): push(.list, [])
    case UInt8(ascii: "}"): push(.dictionary, [])
    case UInt8(ascii: ")"): push(.tuple, [])
    case UInt8(ascii: "t"): push(.tuple, try popToMark())
    case 0x85...0x87:  // TUPLE1, TUPLE2, TUPLE3
      let items = try (0x85...code).map { _ in try pop() }
      push(.tuple, items.reversed())
    case UInt8(ascii: "a"): try append([pop()], to: .list)  // APPEND
    case UInt8(ascii: "e"): try append(popToMark(), to: .list)  // APPENDS
    case UInt8(ascii: "s"):  // SETITEM
      let value = try pop()
      try append([pop(), value], to: .dictionary)
    case UInt8(ascii: "u"): try append(popToMark(), to: .dictionary)  // SETITEMS
    default: return false
    }
    return true
  }

  private mutating func append(_ items: [Value], to kind: Container.Kind) throws {
    let target = try pop()
    guard case .container(let index) = target, containers[index].kind == kind,
      kind == .list || items.count.isMultiple(of: 2)
    else { throw damaged("adds to a \(kind) that is none") }
    containers[index].items += items
    stack.append(target)
  }

  /// The elements of a container of this kind; `nil` for any other value.
  func items(_ value: Value, _ kind: Container.Kind) -> [Value]? {
    guard case .container(let index) = value, containers[index].kind == kind else { return nil }
    return containers[index].items
  }

  // MARK: Objects

  private mutating func makeObject(_ code: UInt8) throws -> Bool {
    switch code {
    case UInt8(ascii: "c"): stack.append(.global(try global(line(), line())))  // GLOBAL
    case 0x93:  // STACK_GLOBAL
      guard case (.string(let name), .string(let module)) = (try pop(), try pop()) else {
        throw damaged("names an object by what is not text")
      }
      stack.append(.global(try global(module, name)))
    case UInt8(ascii: "R"):  // REDUCE
      let arguments = items(try pop(), .tuple)
      guard let arguments, case .global(let global) = try pop() else {
        throw damaged("calls what cannot be called")
      }
      stack.append(try call(global, arguments))
    case UInt8(ascii: "b"):  // BUILD: an ordered dictionary's attributes, such as _metadata
      _ = try pop()
      guard let object = stack.last, items(object, .dictionary) != nil else {
        throw damaged("sets attributes of what has none")
      }
    case UInt8(ascii: "Q"): stack.append(try storage(pop()))  // BINPERSID
    default: return false
    }
    return true
  }

  /// A dictionary of pairs, as Python 2 pickled it.
  mutating func dictionary(of pairs: [Value]) throws -> Value {
    var entries: [Value] = []
    try count(2 * pairs.count)
    for pair in pairs {
      guard let pair = items(pair, .list) ?? items(pair, .tuple), pair.count == 2 else {
        throw damaged("makes a dictionary of what are not pairs")
      }
      entries += pair
    }
    containers.append(Container(kind: .dictionary, items: entries))
    return .container(containers.count - 1)
  }
}
