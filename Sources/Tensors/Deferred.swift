import Kernels
import Synchronization

/// What a tensor's elements are, where nobody has looked at them yet: an elementwise calculation plus
/// matrix products, `program + Σ op(a)·op(b) + Σ addends`, each part of which may be missing.
///
/// What follows one another in a formula is so done in one pass over memory: a chain of elementwise
/// operations, a product and the bias that is added to it, or the products `xᵀ·da` of all time steps,
/// whose sum is one product.
@usableFromInline
final class Deferred<Element: Sendable>: @unchecked Sendable {
  /// A product `op(a)·op(b)`. Shapes: op(a) `[m, k]`, op(b) `[k, n]`.
  struct Product: Sendable {
    var a, b: [Element]
    var transposeA = false
    var transposeB = false
    var m, n, k: Int
  }

  /// The elements are `[count / width, width]`, whatever the shape of the tensor.
  let count, width: Int
  private let lock = Mutex(())
  private let compute: @Sendable (Deferred) -> [Element]
  private let computeAt: @Sendable (ElementProgram<Element>, [Int], Int) -> [Element]
  // All of the following under the lock.
  private var computed: [Element]?
  fileprivate var program: ElementProgram<Element>?
  fileprivate var products: [Product]
  fileprivate var addends: [Deferred]
  private var isInUse = false

  fileprivate init(
    count: Int, width: Int, program: ElementProgram<Element>?, products: [Product],
    addends: [Deferred], compute: @escaping @Sendable (Deferred) -> [Element],
    computeAt: @escaping @Sendable (ElementProgram<Element>, [Int], Int) -> [Element]
  ) {
    (self.count, self.width) = (count, width)
    (self.compute, self.computeAt) = (compute, computeAt)
    (self.program, self.products, self.addends) = (program, products, addends)
  }

  var elements: [Element] {
    lock.withLock { _ in
      if let computed { return computed }
      let result = compute(self)
      computed = result
      (program, products, addends) = (nil, [], [])
      return result
    }
  }

  /// The elementwise calculation, to become part of another, if it is all there is and nobody has
  /// asked before: who comes second needs the elements, so that nothing is done over and over.
  func programOfOneUser() -> ElementProgram<Element>? {
    lock.withLock { _ in
      guard computed == nil, products.isEmpty, addends.isEmpty, !isInUse else { return nil }
      isInUse = true
      return program
    }
  }

  /// One element of each row, if nothing but an elementwise calculation is needed for it.
  func elements(at columns: [Int], width: Int) -> [Element]? {
    lock.withLock { _ in
      guard computed == nil, products.isEmpty, addends.isEmpty, width == self.width, let program
      else { return nil }
      return computeAt(program, columns, width)
    }
  }

  /// The products, if they are all there is.
  var pureProducts: [Product]? {
    lock.withLock { _ in
      computed == nil && program == nil && addends.isEmpty && !products.isEmpty ? products : nil
    }
  }

  /// Whether there are products in it.
  var hasProducts: Bool {
    lock.withLock { _ in computed == nil && !(products.isEmpty && addends.isEmpty) }
  }

  /// What is calculated and multiplied, if no sum of others is among it.
  var parts: (program: ElementProgram<Element>?, products: [Product])? {
    lock.withLock { _ in computed == nil && addends.isEmpty ? (program, products) : nil }
  }
}

extension Deferred where Element: TensorScalar {
  convenience init(
    count: Int, width: Int, program: ElementProgram<Element>? = nil, products: [Product] = [],
    addends: [Deferred] = []
  ) {
    self.init(
      count: count, width: width, program: program, products: products, addends: addends,
      compute: { $0.calculated() }, computeAt: { $0.evaluate(at: $1, width: $2) })
  }

  private func calculated() -> [Element] {
    // Products that nobody else will ask for are added where the sum stands.
    for index in addends.indices {
      if isKnownUniquelyReferenced(&addends[index]), let own = addends[index].pureProducts {
        products += own
      } else {
        let other = ElementProgram(
          .elements(addends[index].elements), rowStride: width, columnStride: 1)
        if program?.apply(.add, other) == nil { program = other }
      }
    }
    return [Element](unsafeUninitializedCapacity: count) { out, initializedCount in
      if let out = out.baseAddress {
        if let program, products.isEmpty || !program.isZero {
          program.evaluate(rows: count / width, width: width, into: out)
          Self.multiply(products, into: out, isAdding: true)
        } else {
          Self.multiply(products, into: out, isAdding: false)
        }
      }
      initializedCount = count
    }
  }

  private static func multiply(
    _ products: [Product], into out: UnsafeMutablePointer<Element>, isAdding: Bool
  ) {
    var isAdding = isAdding
    var rest = products[...]
    while let first = rest.first {
      // One below the other, the factors of products aᵀ·b are those of their sum.
      let alike =
        first.transposeA && !first.transposeB
        ? rest.prefix { $0.transposeA && !$0.transposeB } : rest.prefix(1)
      let a = alike.count == 1 ? first.a : joined(alike.map(\.a))
      let b = alike.count == 1 ? first.b : joined(alike.map(\.b))
      Element.multiply(
        transposeA: first.transposeA, transposeB: first.transposeB, m: first.m, n: first.n,
        k: alike.reduce(0) { $0 + $1.k }, a, b, into: out, accumulate: isAdding)
      isAdding = true
      rest = rest.dropFirst(alike.count)
    }
  }
}

private func joined<Element>(_ parts: [[Element]]) -> [Element] {
  let count = parts.reduce(0) { $0 + $1.count }
  return [Element](unsafeUninitializedCapacity: count) { target, initializedCount in
    for part in parts {
      part.withUnsafeBufferPointer { part in
        guard let target = target.baseAddress, let source = part.baseAddress else { return }
        (target + initializedCount).initialize(from: source, count: part.count)
      }
      initializedCount += part.count
    }
  }
}
