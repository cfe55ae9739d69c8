import MercerCore

/// Two normal variables u and w of mean zero: one unit, before an activation, for two inputs.
public struct NormalPair<Number: MomentNumber>: Sendable {
  /// E u², E w² and E u w.
  public let x: Number, z: Number, k: Number
  /// x z − k², without cancellation.
  public let determinant: Number
  /// E (u − w)² = x + z − 2 k and E (u + w)² = x + z + 2 k, without cancellation.
  public let apart: Number, together: Number

  @inline(__always)
  init(x: Number, z: Number, k: Number, determinant: Number, apart: Number, together: Number) {
    self.x = x
    self.z = z
    self.k = k
    self.determinant = determinant
    self.apart = apart
    self.together = together
  }

  /// u = w.
  @inline(__always)
  init(equal x: Number) {
    self.init(x: x, z: x, k: x, determinant: Number(0), apart: Number(0), together: 4 * x)
  }
}

extension NormalPair where Number: Scalar {
  /// A pair of a chunk.
  @inline(__always)
  init(_ pairs: NetworkPairs<Number>, _ j: Int) {
    let (rootX, rootZ) = (pairs.scales.rootX[j], pairs.scales.rootZ[j])
    let (c, sine2) = (pairs.cosine[j], pairs.sine2[j])
    let (product, difference) = (rootX * rootZ, rootX - rootZ)
    let magnitude = abs(c)
    let (far, near) = (2 * product * (1 + magnitude), 2 * product * (sine2 / (1 + magnitude)))
    let square = difference * difference
    let isForward = c >= 0
    self.init(
      x: rootX * rootX, z: rootZ * rootZ, k: c * product, determinant: product * product * sine2,
      apart: square + (isForward ? near : far), together: square + (isForward ? far : near))
  }

  /// The same with derivatives by x, z and k.
  @inline(__always)
  var jets: NormalPair<Jet<Number>> {
    NormalPair<Jet<Number>>(
      x: Jet(x, x: 1, z: 0, k: 0), z: Jet(z, x: 0, z: 1, k: 0), k: Jet(k, x: 0, z: 0, k: 1),
      determinant: Jet(determinant, x: z, z: x, k: -2 * k),
      apart: Jet(apart, x: 1, z: 1, k: -2), together: Jet(together, x: 1, z: 1, k: 2))
  }
}
