import Captions
import Foundation
import Tensors

extension SceneEncoder {
  private static let slots = 5
  private static let slotSize = SceneHeads.count + 2 * SceneHeads.side
  static let usesGrid = ProcessInfo.processInfo.environment["GRID"] != nil
  /// How many numbers describe a picture.
  public static let featureCount =
    usesGrid ? SceneHeads.cellCount * SceneHeads.count : slots * slotSize

  public func features(_ pictures: Tensor<Float>) throws -> Tensor<Float> {
    if Self.usesGrid {
      var logits = try logits(pictures)
      let count = SceneHeads.count
      logits.withUnsafeMutableElements { x in
        for row in stride(from: 0, to: x.count, by: count) {
          var p = SceneHeads.sigmoid(x[row])
          if p < 0.02 { p = 0 }
          for outputs in SceneHeads.properties {
            let range = outputs.lowerBound + row..<outputs.upperBound + row
            let shares = SceneHeads.softmax(UnsafeBufferPointer(x), range)
            for (i, s) in zip(range, shares) { x[i] = s * p }
          }
          x[row] = p
        }
      }
      return try logits.reshaped([pictures.shape[0], Self.featureCount])
    }
    let rows = try objects(pictures).map { objects in
      let inOrder = objects.prefix(Self.slots).sorted { $0.center.x < $1.center.x }
      let numbers = inOrder.flatMap { $0.shares + $0.columns + $0.rows }
      return numbers + Array(repeating: 0, count: Self.featureCount - numbers.count)
    }
    return try Tensor(rows: rows)
  }
}
