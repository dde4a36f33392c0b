import CKernels

/// A convolution by 3×3 filters at stride 1 and padding 1, with bias and ReLU, by Winograd's minimal
/// filtering F(4×4, 3×3): a quarter of the multiplications, as 36 matrix products.
///
/// Both passes use the same transformed filters: the way back is the transpose of each step.
/// Numerics: in `Float` the result's error is near 2e-6 of its size, a few times that of the
/// definition.
///
/// Source: Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", CVPR 2016,
/// DOI 10.1109/CVPR.2016.435.
///
/// Letters: C channels, F filters, H×W pixels, T tiles of 4×4 outputs.
public struct WinogradConvolution: Sendable {
  /// `[36, F, C]`
  private let transformed: [Float]
  private let bias: [Float]
  private let channels, filters: Int

  /// Shapes: weight `[F, C, 3, 3]`, bias `[F]`.
  public init(weight: [Float], bias: [Float]) {
    precondition(
      !bias.isEmpty && weight.count % (9 * bias.count) == 0,
      "\(weight.count) weights are not those of \(bias.count) filters of 3×3")
    let pairs = weight.count / 9
    (filters, channels, self.bias) = (bias.count, pairs / bias.count, bias)
    transformed = [Float](unsafeUninitializedCapacity: 36 * pairs) { target, initializedCount in
      winograd_filters(weight, pairs, target.baseAddress)
      initializedCount = 36 * pairs
    }
  }

  /// Shapes: image `[C, H, W]`, target `[F, H, W]`.
  public func forward(
    _ image: UnsafePointer<Float>, height: Int, width: Int,
    into target: UnsafeMutablePointer<Float>
  ) {
    forEachBlock(height: height, width: width) { block, v, m in
      let t = block.tileCount
      Parallel.forEachRange(of: channels) { range in
        for c in range {
          winograd_input(
            image + c * height * width, height, width, block.firstRow, block.rowCount,
            v + c * t, channels * t)
        }
      }
      products(transposed: false, v, m, t)
      Parallel.forEachRange(of: filters) { range in
        for f in range {
          winograd_output(
            m + f * t, filters * t, bias[f],
            target + f * height * width, height, width, block.firstRow, block.rowCount)
        }
      }
    }
  }

  /// Shapes: upstream and passed `[F, H, W]`, gradient `[C, H, W]`.
  public func addInputGradient(
    _ upstream: UnsafePointer<Float>, _ passed: UnsafePointer<Bool>, height: Int, width: Int,
    to gradient: UnsafeMutablePointer<Float>
  ) {
    forEachBlock(height: height, width: width) { block, v, m in
      let t = block.tileCount
      Parallel.forEachRange(of: filters) { range in
        for f in range {
          let plane = f * height * width
          winograd_output_gradient(
            upstream + plane, passed + plane, height, width, block.firstRow,
            block.rowCount, m + f * t, filters * t)
        }
      }
      products(transposed: true, m, v, t)
      Parallel.forEachRange(of: channels) { range in
        for c in range {
          winograd_input_gradient(
            v + c * t, channels * t, gradient + c * height * width, height, width,
            block.firstRow, block.rowCount)
        }
      }
    }
  }

  /// For each of the 36 numbers of a tile the product of the filters, or their transpose, with all
  /// tiles. Shapes: from `[36, C, T]`, to `[36, F, T]`; exchanged where transposed.
  private func products(
    transposed: Bool, _ from: UnsafeMutablePointer<Float>,
    _ to: UnsafeMutablePointer<Float>, _ t: Int
  ) {
    let (inner, outer) = transposed ? (filters, channels) : (channels, filters)
    transformed.withUnsafeBufferPointer { elements in
      guard let filter = elements.baseAddress else { return }
      Parallel.forEachRange(of: 36) { range in
        for i in range {
          Float.gemm(
            transposeA: transposed, transposeB: false, m: outer, n: t, k: inner, alpha: 1,
            a: filter + i * filters * channels, rowStrideA: channels,
            b: from + i * inner * t, rowStrideB: t, beta: 0,
            c: to + i * outer * t, rowStrideC: t)
        }
      }
    }
  }

  /// Some rows of tiles.
  private struct Block {
    var firstRow, rowCount, tileCount: Int
  }

  /// How many tiles are transformed at a time: enough to keep the products busy, few enough for
  /// what lies between the steps to stay in the cache.
  private static let tilesPerBlock = 512

  /// Calls `body` with blocks of tiles that together cover an image, and memory for the transformed
  /// inputs `[36, C, T]` and outputs `[36, F, T]`.
  private func forEachBlock(
    height: Int, width: Int,
    _ body: (
      Block, UnsafeMutablePointer<Float>, UnsafeMutablePointer<Float>
    ) -> Void
  ) {
    let (rows, columns) = ((height + 3) / 4, (width + 3) / 4)
    let rowsPerBlock = min(max(Self.tilesPerBlock / columns, 1), rows)
    let tiles = rowsPerBlock * columns
    withScratch(36 * channels * tiles) { v in
      withScratch(36 * filters * tiles) { m in
        for first in stride(from: 0, to: rows, by: rowsPerBlock) {
          let count = min(rowsPerBlock, rows - first)
          body(Block(firstRow: first, rowCount: count, tileCount: count * columns), v, m)
        }
      }
    }
  }
}
