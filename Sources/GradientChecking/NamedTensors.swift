import Tensors

/// Tensors by name, in the order in which they were added: the inputs and parameters of a function,
/// its outputs, or their gradients.
///
/// `["x": x, "weight": weight]` makes one. Integers and masks travel along in `integers` and
/// `masks`; nothing is differentiated with respect to them.
public struct NamedTensors<Scalar: TensorScalar>: Equatable, Sendable {
  /// The names of the tensors of numbers, in order.
  public private(set) var names: [String] = []
  /// The tensors of numbers, in the order of `names`.
  public private(set) var values: [Tensor<Scalar>] = []
  /// Class labels, indices and the like.
  public var integers: [String: Tensor<Int>] = [:]
  public var masks: [String: Tensor<Bool>] = [:]

  public init() {}

  public init(
    _ tensors: KeyValuePairs<String, Tensor<Scalar>>, integers: [String: Tensor<Int>] = [:],
    masks: [String: Tensor<Bool>] = [:]
  ) {
    for (name, tensor) in tensors { set(name, to: tensor) }
    (self.integers, self.masks) = (integers, masks)
  }

  /// The tensor of that name.
  /// - Throws: `TensorError` naming those that there are, where there is none of that name.
  public subscript(name: String) -> Tensor<Scalar> {
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    get throws {
      guard let index = names.firstIndex(of: name) else { throw missing(name, among: names) }
      return values[index]
    }
  }

  /// Sets the tensor of that name, which is added at the end where there is none.
  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  public mutating func set(_ name: String, to tensor: Tensor<Scalar>) {
    if let index = names.firstIndex(of: name) {
      values[index] = tensor
    } else {
      names.append(name)
      values.append(tensor)
    }
  }

  /// The integers of that name.
  /// - Throws: `TensorError` naming those that there are, where there are none of that name.
  public func integers(_ name: String) throws -> Tensor<Int> {
    guard let tensor = integers[name] else { throw missing(name, among: integers.keys.sorted()) }
    return tensor
  }

  /// The mask of that name.
  /// - Throws: `TensorError` naming those that there are, where there is none of that name.
  public func mask(_ name: String) throws -> Tensor<Bool> {
    guard let tensor = masks[name] else { throw missing(name, among: masks.keys.sorted()) }
    return tensor
  }

  /// How many numbers there are in all tensors together, integers and masks not counted.
  public var count: Int { values.reduce(0) { $0 + $1.count } }

  /// The same tensors in another precision.
  public func cast<Other: TensorScalar>(to type: Other.Type) -> NamedTensors<Other> {
    var result = NamedTensors<Other>([:], integers: integers, masks: masks)
    for (name, value) in zip(names, values) { result.set(name, to: value.cast(to: type)) }
    return result
  }

  /// Changes the numbers of the tensor at `index` of `values` in place.
  mutating func withUnsafeMutableElements<Result>(
    at index: Int, _ body: (UnsafeMutableBufferPointer<Scalar>) throws -> Result
  ) rethrows -> Result {
    try values[index].withUnsafeMutableElements(body)
  }

  private func missing(_ name: String, among names: [String]) -> TensorError {
    TensorError(
      name, shapes: [],
      reason: names.isEmpty
        ? "there is no tensor of that name, nor of any other"
        : "there is no tensor of that name; there are \(names.joined(separator: ", "))")
  }
}

extension NamedTensors: ExpressibleByDictionaryLiteral {
  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  public init(dictionaryLiteral elements: (String, Tensor<Scalar>)...) {
    for (name, tensor) in elements { set(name, to: tensor) }
  }
}

/// What a forward pass may return: one tensor, which is then called `output`, or several by name.
public protocol TensorOutput<Scalar> {
  associatedtype Scalar: TensorScalar
  var named: NamedTensors<Scalar> { get }
  /// - Throws: `TensorError` where a tensor is missing.
  init(named: NamedTensors<Scalar>) throws
}

extension Tensor: TensorOutput where Element: TensorScalar {
  public var named: NamedTensors<Element> { ["output": self] }
  public init(named: NamedTensors<Element>) throws { self = try named["output"] }
}

extension NamedTensors: TensorOutput {
  public var named: NamedTensors { self }
  public init(named: NamedTensors) { self = named }
}
