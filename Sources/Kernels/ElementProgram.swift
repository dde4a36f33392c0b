/// A step of an elementwise calculation, written as a pocket calculator with a stack has it.
public enum ElementStep: Sendable {
  /// Puts an operand, by its number, on top.
  case operand(Int)
  /// Replaces the topmost number.
  case unary(UnaryOperation)
  /// Replaces the two topmost numbers; the lower is the left one.
  case binary(BinaryOperation)
}

/// Where an elementwise calculation over rows finds the numbers of one operand.
public struct ElementOperand<Scalar: KernelScalar> {
  fileprivate let base: UnsafePointer<Scalar>?
  fileprivate let rowStride, columnStride: Int
  fileprivate let indices: UnsafePointer<Int>?

  /// Number `column` of `row` is `base[row·rowStride + column·columnStride]`.
  /// - Parameter columnStride: 1, or 0 where one number counts for a whole row.
  public init(_ base: UnsafePointer<Scalar>, rowStride: Int, columnStride: Int) {
    precondition(columnStride == 0 || columnStride == 1, "a column stride of \(columnStride)")
    (self.base, self.rowStride, self.columnStride) = (base, rowStride, columnStride)
    indices = nil
  }

  /// Number `column` of `row` is 1 where `column` is `indices[row]`, and 0 elsewhere.
  public init(oneHot indices: UnsafePointer<Int>) {
    (base, rowStride, columnStride) = (nil, 0, 1)
    self.indices = indices
  }
}

/// So many elements of a row are calculated at a time: what stands on the stack stays in the nearest
/// memory.
private let segmentLength = 1024

/// Writes the outcome of an elementwise calculation to `out [rows, width]`, in one pass over its
/// operands however many steps it has.
/// - Parameter steps: Leave one number on the stack.
@_specialize(where Scalar == Float)
@_specialize(where Scalar == Double)
public func evaluate<Scalar: KernelScalar>(
  _ steps: [ElementStep], _ operands: [ElementOperand<Scalar>], rows: Int, width: Int,
  into out: UnsafeMutablePointer<Scalar>
) {
  let grain = elementwiseGrain / 2 / steps.count + 1
  Parallel.forEachRange(of: rows * width, grain: grain) { range in
    evaluateHere(steps, operands, width: width, range, into: out + range.lowerBound)
  }
}

/// The elements of `range`, counted through all rows, on this core alone.
@_specialize(where Scalar == Float)
@_specialize(where Scalar == Double)
public func evaluateHere<Scalar: KernelScalar>(
  _ steps: [ElementStep], _ operands: [ElementOperand<Scalar>], width: Int, _ range: Range<Int>,
  into out: UnsafeMutablePointer<Scalar>
) {
  let depth = steps.count / 2 + 1
  let length = min(segmentLength, width, range.count)
  withScratch(depth * length) { (scratch: UnsafeMutablePointer<Scalar>) in
    var stack = ElementStack(scratch, length: length, depth: depth)
    var element = range.lowerBound
    while element < range.upperBound {
      let (row, column) = element.quotientAndRemainder(dividingBy: width)
      let count = min(length, width - column, range.upperBound - element)
      let target = out + (element - range.lowerBound)
      for (index, step) in steps.enumerated() {
        let own = index == steps.count - 1 ? target : nil
        switch step {
        case .operand(let index): stack.push(operands[index], row: row, column: column, count)
        case .unary(let operation): stack.apply(operation, count, into: own)
        case .binary(let operation): stack.apply(operation, count, into: own)
        }
      }
      stack.pop(into: target, count)
      element += count
    }
  }
}

/// Segments of rows; each is an operand's own or stands in the stack's memory.
private struct ElementStack<Scalar: KernelScalar> {
  typealias Segment = (base: UnsafePointer<Scalar>, stride: Int)
  private let memory: UnsafeMutablePointer<Scalar>
  private let length: Int
  private var segments: [Segment]
  private var count = 0

  init(_ memory: UnsafeMutablePointer<Scalar>, length: Int, depth: Int) {
    (self.memory, self.length) = (memory, length)
    segments = Array(repeating: (UnsafePointer(memory), 0), count: depth)
  }

  mutating func push(_ operand: ElementOperand<Scalar>, row: Int, column: Int, _ count: Int) {
    if let base = operand.base {
      let start = base + row * operand.rowStride + column * operand.columnStride
      segments[self.count] = (start, operand.columnStride)
    } else {
      let own = memory + self.count * length
      own.update(repeating: 0, count: count)
      if let index = operand.indices?[row], column..<column + count ~= index {
        own[index - column] = 1
      }
      segments[self.count] = (UnsafePointer(own), 1)
    }
    self.count += 1
  }

  /// - Parameter out: Where to write a segment, if not into the stack's memory.
  mutating func apply(
    _ operation: UnaryOperation, _ count: Int, into out: UnsafeMutablePointer<Scalar>?
  ) {
    let (x, stride) = segments[self.count - 1]
    let own = out ?? memory + (self.count - 1) * length
    applyHere(operation, x, into: own, count: stride == 0 ? 1 : count)
    segments[self.count - 1] = (UnsafePointer(own), stride)
  }

  mutating func apply(
    _ operation: BinaryOperation, _ count: Int, into out: UnsafeMutablePointer<Scalar>?
  ) {
    self.count -= 1
    let (a, b) = (segments[self.count - 1], segments[self.count])
    let own = out ?? memory + (self.count - 1) * length
    let stride = max(a.stride, b.stride)
    applyHere(
      operation, a.base, stride: a.stride, b.base, stride: b.stride, into: own,
      count: stride == 0 ? 1 : count)
    segments[self.count - 1] = (UnsafePointer(own), stride)
  }

  mutating func pop(into out: UnsafeMutablePointer<Scalar>, _ count: Int) {
    self.count -= 1
    let (x, stride) = segments[self.count]
    if stride == 0 {
      out.initialize(repeating: x[0], count: count)
    } else if x != UnsafePointer(out) {
      out.initialize(from: x, count: count)
    }
  }
}
