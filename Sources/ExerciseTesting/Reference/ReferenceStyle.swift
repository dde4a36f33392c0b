import Exercises
import Tensors

/// The losses of style transfer written straight from their definitions, element by element: slow,
/// and independent of the solutions.
public enum ReferenceStyle {
  /// `w·Σ(F − P)²`
  public static func contentLoss<Scalar: TensorScalar>(
    _ features: Tensor<Scalar>, target: Tensor<Scalar>, weight: Scalar
  ) -> Scalar {
    zip(features.elements, target.elements).reduce(0) {
      $0 + weight * ($1.0 - $1.1) * ($1.0 - $1.1)
    }
  }

  /// `G[n, a, b] = Σ over h, w of F[n, a, h, w]·F[n, b, h, w]`
  public static func gram<Scalar: TensorScalar>(
    _ features: Tensor<Scalar>, normalized: Bool
  ) -> Tensor<Scalar> {
    let (n, c, h, w) = (
      features.shape[0], features.shape[1], features.shape[2], features.shape[3]
    )
    var gram = Tensor<Scalar>.zeros([n, c, c])
    for sample in 0..<n {
      for a in 0..<c {
        for b in 0..<c {
          for y in 0..<h {
            for x in 0..<w {
              gram[sample, a, b] += features[sample, a, y, x] * features[sample, b, y, x]
            }
          }
        }
      }
    }
    return normalized ? gram / Scalar(c * h * w) : gram
  }

  /// `Σₗ wₗ·Σ(Gₗ − Aₗ)²`
  public static func styleLoss<Scalar: TensorScalar>(
    _ features: [Tensor<Scalar>], targets: [Tensor<Scalar>], weights: [Scalar]
  ) -> Scalar {
    features.indices.reduce(0) {
      $0
        + contentLoss(
          gram(features[$1], normalized: true), target: targets[$1], weight: weights[$1])
    }
  }

  /// `w·(Σ(vertical differences)² + Σ(horizontal differences)²)`
  public static func totalVariationLoss<Scalar: TensorScalar>(
    _ image: Tensor<Scalar>, weight: Scalar
  ) -> Scalar {
    var sum: Scalar = 0
    let (height, width) = (image.shape[2], image.shape[3])
    for n in 0..<image.shape[0] {
      for c in 0..<image.shape[1] {
        for y in 0..<height {
          for x in 0..<width {
            let here = image[n, c, y, x]
            if y + 1 < height {
              sum += (image[n, c, y + 1, x] - here) * (image[n, c, y + 1, x] - here)
            }
            if x + 1 < width {
              sum += (image[n, c, y, x + 1] - here) * (image[n, c, y, x + 1] - here)
            }
          }
        }
      }
    }
    return weight * sum
  }

  /// A network small enough to differentiate by hand: its layer l gives `(l + 1)·x²`.
  public static func squaringNetwork<Scalar: TensorScalar>(
    _ image: Tensor<Scalar>, layers: Set<Int>
  ) -> (values: [Int: Tensor<Scalar>], backward: ([Int: Tensor<Scalar>]) throws -> Tensor<Scalar>) {
    let values = Dictionary(
      uniqueKeysWithValues: layers.map { ($0, Scalar($0 + 1) * image.squared()) })
    return (
      values,
      { upstream in
        try upstream.reduce(.zeros(image.shape)) { sum, layer in
          try sum + 2 * Scalar(layer.key + 1) * (image * layer.value)
        }
      }
    )
  }

  /// A Gram matrix with its backward pass, `dF[a] = Σ_b (U[a, b] + U[b, a])·F[b]`.
  public static func gramParts<Scalar: TensorScalar>() -> GramParts<Scalar> {
    GramParts(
      gram: { gram($0, normalized: $1) },
      backward: { upstream, features, normalized in
        var gradient = Tensor<Scalar>.zeros(features.shape)
        let channels = features.shape[1]
        for n in 0..<features.shape[0] {
          for a in 0..<channels {
            var sum = Tensor<Scalar>.zeros(Array(features.shape[2...]))
            for b in 0..<channels {
              let factor = upstream[n, a, b] + upstream[n, b, a]
              sum = try sum + factor * features[n, b, .all]
            }
            try gradient.assign(sum, at: n, a)
          }
        }
        return normalized ? gradient / Scalar(features.shape[1...].reduce(1, *)) : gradient
      })
  }

  /// All parts of a transfer step, with the squaring network.
  public static func parts<Scalar: TensorScalar>() -> StyleParts<Scalar> {
    StyleParts(
      features: { squaringNetwork($0, layers: $1) },
      contentLoss: { features, target, weight in
        (
          contentLoss(features, target: target, weight: weight),
          2 * weight * (try features - target)
        )
      },
      styleLoss: { features, targets, weights in
        let grams: GramParts<Scalar> = gramParts()
        return (
          styleLoss(features, targets: targets, weights: weights),
          try features.indices.map { layer in
            let difference = try gram(features[layer], normalized: true) - targets[layer]
            return try grams.backward(2 * weights[layer] * difference, features[layer], true)
          }
        )
      },
      totalVariationLoss: { image, weight in
        (totalVariationLoss(image, weight: weight), totalVariationGradient(image, weight: weight))
      })
  }

  /// `2w·Σ over neighbours of (pixel − neighbour)`
  private static func totalVariationGradient<Scalar: TensorScalar>(
    _ image: Tensor<Scalar>, weight: Scalar
  ) -> Tensor<Scalar> {
    var gradient = Tensor<Scalar>.zeros(image.shape)
    for n in 0..<image.shape[0] {
      for c in 0..<image.shape[1] {
        for y in 0..<image.shape[2] {
          for x in 0..<image.shape[3] {
            for (dy, dx) in [(-1, 0), (1, 0), (0, -1), (0, 1)]
            where (0..<image.shape[2]).contains(y + dy) && (0..<image.shape[3]).contains(x + dx) {
              gradient[n, c, y, x] += 2 * weight * (image[n, c, y, x] - image[n, c, y + dy, x + dx])
            }
          }
        }
      }
    }
    return gradient
  }
}
