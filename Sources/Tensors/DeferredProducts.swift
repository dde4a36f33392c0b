import Foundation
import Kernels

/// A sum of matrix products `start + Σ aᵀ·b` that is computed when somebody looks at it, as one product.
///
/// A recurrent layer adds up `xᵀ·da` over its time steps. Each is a small product whose result is as
/// large as the weights; written into memory and added up one by one they take longer than all steps
/// multiplied at once.
@usableFromInline
final class DeferredProducts<Element: Sendable>: @unchecked Sendable {
  /// Shapes: a `[K, M]`, b `[K, N]`, of which `k` is K.
  struct Term: Sendable {
    var a, b: [Element]
    var k: Int
  }

  let terms: [Term]
  private let compute: @Sendable ([Element]?, [Term]) -> [Element]
  private let lock = NSLock()
  private var start: [Element]?
  private var computed: [Element]?

  /// - Parameters:
  ///   - start: `[M, N]`; nil for zeros.
  ///   - compute: From `start` and the terms to the sum.
  init(
    start: [Element]?, terms: [Term],
    compute: @escaping @Sendable ([Element]?, [Term]) -> [Element]
  ) {
    (self.start, self.terms, self.compute) = (start, terms, compute)
  }

  /// The sum, `[M, N]`.
  var elements: [Element] {
    lock.withLock {
      if let computed { return computed }
      let result = compute(start.take(), terms)
      computed = result
      return result
    }
  }

  /// This sum with more terms; nil where it has been computed already.
  func adding(_ others: DeferredProducts) -> DeferredProducts? {
    lock.withLock {
      guard computed == nil else { return nil }
      return DeferredProducts(start: start, terms: terms + others.terms, compute: compute)
    }
  }

  /// Whether the sum has no start and has not been computed.
  var isPlain: Bool { lock.withLock { start == nil && computed == nil } }

  /// `start` with these products added to it.
  func added(to start: [Element]) -> DeferredProducts {
    DeferredProducts(start: start, terms: terms, compute: compute)
  }
}

extension DeferredProducts where Element: TensorScalar {
  /// One product, `aᵀ·b`. Shapes: a `[k, m]`, b `[k, n]`.
  convenience init(_ a: [Element], _ b: [Element], m: Int, n: Int, k: Int) {
    self.init(start: nil, terms: [Term(a: a, b: b, k: k)]) { start, terms in
      // One below the other, the factors of all terms are those of their sum.
      let a = terms.count == 1 ? terms[0].a : joined(terms.map(\.a))
      let b = terms.count == 1 ? terms[0].b : joined(terms.map(\.b))
      let k = terms.reduce(0) { $0 + $1.k }
      guard var sum = start else {
        return [Element](unsafeUninitializedCapacity: m * n) { sum, initializedCount in
          if let sum = sum.baseAddress {
            Element.multiply(transposeA: true, m: m, n: n, k: k, a, b, into: sum)
          }
          initializedCount = m * n
        }
      }
      Element.multiply(transposeA: true, m: m, n: n, k: k, a, b, into: &sum, accumulate: true)
      return sum
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
