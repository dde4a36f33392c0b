/// Sets numbers to 0.
@_specialize(where Scalar == Float)
@_specialize(where Scalar == Double)
public func clear<Scalar: KernelScalar>(_ x: UnsafeMutablePointer<Scalar>, count: Int) {
  x.initialize(repeating: 0, count: count)
}

/// Memory for `count` numbers while `body` runs, not initialised.
public func withScratch<Scalar>(_ count: Int, _ body: (UnsafeMutablePointer<Scalar>) -> Void) {
  let scratch = UnsafeMutablePointer<Scalar>.allocate(capacity: max(count, 1))
  defer { scratch.deallocate() }
  body(scratch)
}
