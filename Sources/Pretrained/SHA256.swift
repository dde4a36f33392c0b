import Foundation

/// The hash that says whether a download is what it should be.
///
/// Written here because the package that has it builds a whole cryptographic library first, which
/// takes longer than all of this kit. Source: FIPS 180-4, sections 4 to 6.
public struct SHA256 {
  private var state: [UInt32] = [
    0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab,
    0x5be0_cd19,
  ]
  private var pending: [UInt8] = []
  private var count: UInt64 = 0

  public init() {}

  /// The first 32 bits of the fractions of the cube roots of the first 64 primes.
  private static let constants: [UInt32] = {
    let primes = (2...311).filter { n in (2..<n).allSatisfy { n % $0 != 0 } }
    return primes.map { prime in
      // ⌊2³²·∛p⌋ is the largest whole r with r³ ≤ p·2⁹⁶; its lower 32 bits are those of the fraction.
      var (low, high) = (UInt64(0), UInt64(1) << 35)
      while high - low > 1 {
        let middle = (low + high) / 2
        if cubeIsAtMost(middle, UInt64(prime)) { low = middle } else { high = middle }
      }
      return UInt32(truncatingIfNeeded: low)
    }
  }()

  /// Whether r³ ≤ p·2⁹⁶, for r below 2³⁵.
  private static func cubeIsAtMost(_ r: UInt64, _ p: UInt64) -> Bool {
    let square = r.multipliedFullWidth(by: r)
    let low = square.low.multipliedFullWidth(by: r)
    let high = square.high * r + low.high
    // The cube is high·2⁶⁴ + low.low; p·2⁹⁶ is (p·2³²)·2⁶⁴.
    return high < p << 32 || high == p << 32 && low.low == 0
  }

  /// Adds bytes to what is hashed.
  public mutating func update(_ data: Data) {
    count += UInt64(data.count)
    pending += data
    let whole = pending.count / 64 * 64
    pending.withUnsafeBytes { bytes in
      for start in stride(from: 0, to: whole, by: 64) {
        Self.compress(UnsafeRawBufferPointer(rebasing: bytes[start..<start + 64]), into: &state)
      }
    }
    pending.removeFirst(whole)
  }

  /// The hash of all bytes so far in 64 hexadecimal digits.
  public var digits: String {
    var padded = pending + [0x80]
    padded += [UInt8](repeating: 0, count: (120 - padded.count % 64) % 64)
    withUnsafeBytes(of: (count * 8).bigEndian) { padded += $0 }
    var state = state
    padded.withUnsafeBytes { bytes in
      for start in stride(from: 0, to: bytes.count, by: 64) {
        Self.compress(UnsafeRawBufferPointer(rebasing: bytes[start..<start + 64]), into: &state)
      }
    }
    return state.map { String(format: "%08x", $0) }.joined()
  }

  private static func compress(_ block: UnsafeRawBufferPointer, into state: inout [UInt32]) {
    func rotated(_ x: UInt32, _ n: UInt32) -> UInt32 { x >> n | x << (32 - n) }
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 64) { w in
      for t in 0..<16 {
        w[t] = UInt32(bigEndian: block.loadUnaligned(fromByteOffset: 4 * t, as: UInt32.self))
      }
      for t in 16..<64 {
        let (a, b) = (w[t - 15], w[t - 2])
        w[t] =
          w[t - 16] &+ w[t - 7] &+ (rotated(a, 7) ^ rotated(a, 18) ^ a >> 3)
          &+ (rotated(b, 17) ^ rotated(b, 19) ^ b >> 10)
      }
      var (a, b, c, d) = (state[0], state[1], state[2], state[3])
      var (e, f, g, h) = (state[4], state[5], state[6], state[7])
      constants.withUnsafeBufferPointer { constants in
        for t in 0..<64 {
          let first =
            h &+ (rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25)) &+ (e & f ^ ~e & g)
            &+ constants[t] &+ w[t]
          let second =
            (rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22)) &+ (a & b ^ a & c ^ b & c)
          (h, g, f, e, d, c, b, a) = (g, f, e, d &+ first, c, b, a, first &+ second)
        }
      }
      for (index, value) in [a, b, c, d, e, f, g, h].enumerated() { state[index] &+= value }
    }
  }
}
