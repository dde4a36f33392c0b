import Kernels

// Which operations wait until somebody looks at their result.

/// With fewer elements it takes longer to put a calculation off than to do it.
private let leastDeferredCount = 1 << 12
/// With shorter rows it takes longer to go from row to row than along them.
private let leastDeferredWidth = 64
/// With fewer elements functions that take long are done at once: many who need the result would do
/// them again.
private let leastDeferredFunctionCount = 1 << 20
/// Longer calculations are done before more is added, so that no loop makes one without end.
private let largestProgram = 24

extension Tensor where Element: TensorScalar {
  /// The size of the last axis, if elements like these may wait.
  private var deferredWidth: Int? {
    guard let width = shape.last, width >= leastDeferredWidth, count >= leastDeferredCount
    else { return nil }
    return width
  }

  /// A tensor of equal elements; nil where it is small.
  static func deferring(repeating element: Element, shape: [Int]) -> Tensor? {
    deferring(ElementProgram(repeating: element), shape: shape)
  }

  /// Rows of zeros with a 1; nil where they are few.
  static func deferring(oneHot indices: Tensor<Int>, depth: Int) -> Tensor? {
    deferring(
      ElementProgram(.oneHot(indices.elements), rowStride: 0, columnStride: 1),
      shape: indices.shape + [depth])
  }

  private static func deferring(_ program: ElementProgram<Element>, shape: [Int]) -> Tensor? {
    guard let width = shape.last, width >= leastDeferredWidth, let count = elementCount(shape),
      count >= leastDeferredCount
    else { return nil }
    return Tensor(deferred: Deferred(count: count, width: width, program: program), shape: shape)
  }

  /// `operation` of both; nil where it is to be done at once.
  static func deferring(_ operation: BinaryOperation, _ a: Tensor, _ b: Tensor) -> Tensor? {
    guard operation != .power, let width = a.deferredWidth else { return nil }
    let isSame = a.shape == b.shape
    if operation == .add, isSame || b.shape == [width],
      a.deferred?.hasProducts == true || isSame && b.deferred?.hasProducts == true
    {
      return deferringSum(a, b, width, isSame: isSame)
    }
    let right: ElementProgram<Element>
    if isSame {
      right = b.asOperand(width)
    } else if b.shape == [width] {
      right = ElementProgram(.elements(b.elements), rowStride: 0, columnStride: 1)
    } else if b.shape == Array(a.shape.dropLast()) + [1] {
      right = ElementProgram(.elements(b.elements), rowStride: 1, columnStride: 0)
    } else {
      return nil
    }
    var program = a.asOperand(width)
    program.apply(operation, right)
    return Tensor(
      deferred: Deferred(count: a.count, width: width, program: program), shape: a.shape)
  }

  private static func deferringSum(
    _ a: Tensor, _ b: Tensor, _ width: Int, isSame: Bool
  ) -> Tensor {
    var program: ElementProgram<Element>?
    var addends: [Deferred<Element>] = []
    for operand in [a, b] {
      if let deferred = operand.deferred, deferred.hasProducts {
        addends.append(deferred)
        continue
      }
      let term =
        operand.shape == a.shape
        ? operand.asOperand(width)
        : ElementProgram(.elements(operand.elements), rowStride: 0, columnStride: 1)
      if program?.apply(.add, term) == nil { program = term }
    }
    return Tensor(
      deferred: Deferred(count: a.count, width: width, program: program, addends: addends),
      shape: a.shape)
  }

  /// `operation` with a number on its right or left; nil where it is to be done at once.
  static func deferring(
    _ operation: BinaryOperation, _ a: Tensor, _ b: Element, isReversed: Bool = false
  ) -> Tensor? {
    guard operation != .power, let width = a.deferredWidth else { return nil }
    var program = a.asOperand(width)
    if isReversed {
      var left = ElementProgram(repeating: b)
      left.apply(operation, program)
      program = left
    } else {
      program.apply(operation, ElementProgram(repeating: b))
    }
    return Tensor(
      deferred: Deferred(count: a.count, width: width, program: program), shape: a.shape)
  }

  /// A function of each element; nil where it is to be done at once.
  func deferring(_ operation: UnaryOperation) -> Tensor? {
    guard let width = deferredWidth else { return nil }
    switch operation {
    case .negate, .square, .absolute: break
    default: guard count >= leastDeferredFunctionCount else { return nil }
    }
    var program = asOperand(width)
    program.apply(operation)
    return Tensor(deferred: Deferred(count: count, width: width, program: program), shape: shape)
  }

  /// This tensor as a part of a calculation over rows of its last axis.
  private func asOperand(_ width: Int) -> ElementProgram<Element> {
    if let deferred, deferred.width == width, let program = deferred.programOfOneUser(),
      program.steps.count < largestProgram
    {
      return program
    }
    return ElementProgram(.elements(elements), rowStride: width, columnStride: 1)
  }

  /// A product that bias, further products or more may be added to; nil where it is small.
  func deferringProduct(
    _ other: Tensor, _ transposingSelf: Bool, _ transposingOther: Bool, m: Int, n: Int, k: Int,
    shape: [Int]
  ) -> Tensor? {
    guard m * n >= leastDeferredCount, n >= leastDeferredWidth, k > 0 else { return nil }
    let product = Deferred.Product(
      a: elements, b: other.elements, transposeA: transposingSelf, transposeB: transposingOther,
      m: m, n: n, k: k)
    return Tensor(deferred: Deferred(count: m * n, width: n, products: [product]), shape: shape)
  }

  /// `self + other` where `other` is nothing but products: a sum of products to be done as one.
  func deferringSum(with other: Tensor) -> Tensor? {
    guard shape == other.shape, let right = other.deferred, let products = right.pureProducts else {
      return nil
    }
    let (program, own): (ElementProgram<Element>?, [Deferred<Element>.Product])
    if let deferred, deferred.width == right.width, let parts = deferred.parts {
      (program, own) = (parts.program, parts.products)
    } else {
      program = ElementProgram(.elements(elements), rowStride: right.width, columnStride: 1)
      own = []
    }
    return Tensor(
      deferred: Deferred(
        count: count, width: right.width, program: program?.isZero == true ? nil : program,
        products: own + products), shape: shape)
  }
}
