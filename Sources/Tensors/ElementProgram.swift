import Kernels

/// An elementwise calculation over rows that has not been done yet.
struct ElementProgram<Element: Sendable>: Sendable {
  struct Operand: Sendable {
    enum Source: Sendable {
      case elements([Element])
      /// Rows that are 1 at these columns and 0 elsewhere.
      case oneHot([Int])
    }

    var source: Source
    var rowStride, columnStride: Int
  }

  private(set) var steps: [ElementStep]
  private(set) var operands: [Operand]

  /// An operand as it is.
  init(_ source: Operand.Source, rowStride: Int, columnStride: Int) {
    steps = [.operand(0)]
    operands = [Operand(source: source, rowStride: rowStride, columnStride: columnStride)]
  }

  init(repeating element: Element) {
    self.init(.elements([element]), rowStride: 0, columnStride: 0)
  }

  mutating func apply(_ operation: UnaryOperation) { steps.append(.unary(operation)) }

  /// This calculation on the left and the other on the right of an operation.
  mutating func apply(_ operation: BinaryOperation, _ other: ElementProgram) {
    steps.reserveCapacity(steps.count + other.steps.count + 1)
    for step in other.steps {
      if case .operand(let index) = step {
        steps.append(.operand(operands.count + index))
      } else {
        steps.append(step)
      }
    }
    operands += other.operands
    steps.append(.binary(operation))
  }
}

extension ElementProgram where Element: TensorScalar {
  /// Whether it is nothing but zeros.
  var isZero: Bool {
    guard steps.count == 1, case .elements(let elements) = operands[0].source else { return false }
    return operands[0].columnStride == 0 && operands[0].rowStride == 0 && elements[0] == 0
  }

  /// Calculates everything. Shapes: out `[rows, width]`.
  func evaluate(rows: Int, width: Int, into out: UnsafeMutablePointer<Element>) {
    withPointers { Kernels.evaluate(steps, $0, rows: rows, width: width, into: out) }
  }

  /// One element of each row. Shapes: columns and result `[rows]`.
  func evaluate(at columns: [Int], width: Int) -> [Element] {
    [Element](unsafeUninitializedCapacity: columns.count) { out, initializedCount in
      withPointers { operands in
        guard let out = out.baseAddress else { return }
        for (row, column) in columns.enumerated() {
          let place = row * width + column
          Kernels.evaluateHere(steps, operands, width: width, place..<place + 1, into: out + row)
        }
      }
      initializedCount = columns.count
    }
  }

  private func withPointers(_ body: ([ElementOperand<Element>]) -> Void) {
    var pointers: [ElementOperand<Element>] = []
    pointers.reserveCapacity(operands.count)
    func add(_ index: Int) {
      guard index < operands.count else { return body(pointers) }
      let operand = operands[index]
      switch operand.source {
      case .elements(let elements):
        elements.withUnsafeBufferPointer { buffer in
          guard let base = buffer.baseAddress else { return }
          pointers.append(
            ElementOperand(base, rowStride: operand.rowStride, columnStride: operand.columnStride))
          add(index + 1)
        }
      case .oneHot(let indices):
        indices.withUnsafeBufferPointer { buffer in
          guard let base = buffer.baseAddress else { return }
          pointers.append(ElementOperand(oneHot: base))
          add(index + 1)
        }
      }
    }
    add(0)
  }
}
