import Foundation
import Tensors

extension PyTorchView {
  /// What is wrong with a view, as the end of a sentence about its tensor.
  struct Flaw: Error {
    let reason: String
    init(_ reason: String) { self.reason = reason }
  }

  /// How many elements the tensor has, once it is certain that its storage shows them all.
  /// - Throws: `Flaw`.
  func checkedCount() throws -> Int {
    guard shape.count == strides.count, shape.count <= 64, offset >= 0,
      (shape + strides).allSatisfy({ $0 >= 0 })
    else { throw Flaw("has the impossible shape \(shape), strides \(strides), offset \(offset)") }
    var (count, last, overflows) = (1, offset, false)
    for (size, stride) in zip(shape, strides) {
      let product = count.multipliedReportingOverflow(by: max(size, 1))
      let step = max(size - 1, 0).multipliedReportingOverflow(by: stride)
      let sum = last.addingReportingOverflow(step.partialValue)
      (count, last) = (product.partialValue, sum.partialValue)
      overflows = overflows || product.overflow || step.overflow || sum.overflow
    }
    guard !overflows else { throw Flaw("has the impossible shape \(shape), strides \(strides)") }
    if shape.contains(0) { return 0 }
    guard last < storage.visible.count else {
      throw Flaw(
        "of shape \(shape), strides \(strides) and offset \(offset) needs \(last + 1) elements, "
          + "its storage has \(storage.visible.count)")
    }
    return count
  }

  /// The tensor, with its storage's bytes.
  /// - Precondition: `count` is the `checkedCount()`.
  /// - Throws: `Flaw` when they are not as many as the storage's elements take.
  func tensor(in bytes: Data, count: Int) throws -> Tensor<Float> {
    let size = storage.type.size
    let needed = storage.count.multipliedReportingOverflow(by: size)
    guard !needed.overflow, needed.partialValue == bytes.count else {
      throw Flaw(
        "is in a storage that should have \(storage.count) elements of \(size) bytes; "
          + "\(bytes.count) bytes are there: the file is damaged, get a fresh copy of it")
    }
    guard count > 0 else { return .zeros(shape) }
    let start = storage.visible.lowerBound + offset
    let elements: [Float] = bytes.withUnsafeBytes { source in
      if isContiguous {
        return storage.type.decode(
          UnsafeRawBufferPointer(rebasing: source[start * size..<(start + count) * size]))
      }
      return storage.type.decode(source, at: positions(from: start))
    }
    return try Tensor(elements, shape: shape)
  }

  private var isContiguous: Bool {
    var expected = 1
    for (size, stride) in zip(shape, strides).reversed() where size != 1 {
      guard stride == expected else { return false }
      expected *= size
    }
    return true
  }

  /// Where the elements lie, the last axis varying fastest.
  private func positions(from start: Int) -> [Int] {
    var positions = [start]
    for (size, stride) in zip(shape, strides) where size != 1 {
      var finer: [Int] = []
      finer.reserveCapacity(positions.count * size)
      for position in positions {
        for step in 0..<size { finer.append(position + step * stride) }
      }
      positions = finer
    }
    return positions
  }
}
