import MercerCore
import RealModule

extension SpectralMeasure {
  /// Independent frequencies, count × dimension.
  func frequencies(_ count: Int, dimension: Int, seed: UInt64) -> Matrix<Double> {
    var stream = RandomStream(seed: seed, purpose: "random features")
    var result = Matrix<Double>(rowCount: count, columnCount: dimension)
    result.withUnsafeMutableBufferPointer { omega in
      for i in 0..<count {
        let row = omega.extracting(i * dimension..<(i + 1) * dimension)
        switch self {
        case .normal, .student:
          for k in row.indices { row[k] = stream.normal() }
          let scale = radialFactor(&stream)
          for k in row.indices { row[k] *= scale }
        case .productCauchy(let lengthScale):
          for k in row.indices {
            row[k] = Double.tan(Double.pi * (stream.uniform() - 0.5)) / lengthScale
          }
        }
      }
    }
    return result
  }

  /// Frequencies of an isotropic measure in blocks of orthogonal ones, count × dimension.
  func orthogonalFrequencies(
    _ count: Int, dimension d: Int, seed: UInt64
  ) throws(MercerError) -> Matrix<Double> {
    var stream = RandomStream(seed: seed, purpose: "orthogonal random features")
    var result = Matrix<Double>(rowCount: count, columnCount: d)
    for rows in (0..<count).chunks(of: d) {
      let normals = Matrix(
        rowCount: d, columnCount: d, elements: (0..<d * d).map { _ in stream.normal() })
      // Signs make the orthogonal factor evenly distributed (Mezzadri 2007).
      let factors = try QR(normals)
      let signs = factors.r.diagonal.map { $0 < 0 ? -1.0 : 1 }
      for (place, row) in rows.enumerated() {
        // The length of a vector of d normal numbers, drawn for itself.
        let length = (0..<d).reduce(0.0) { sum, _ in
          let g = stream.normal()
          return sum + g * g
        }.squareRoot()
        let scale = length * radialFactor(&stream)
        // Columns of the factor, as their signs are.
        for k in 0..<d { result[row, k] = factors.q[k, place] * signs[place] * scale }
      }
    }
    return result
  }

  /// What a standard normal vector is multiplied by.
  private func radialFactor(_ stream: inout RandomStream) -> Double {
    switch self {
    case .normal(let lengthScale): return 1 / lengthScale
    case .student(let degrees, let lengthScale):
      var square = 0.0
      for _ in 0..<degrees {
        let g = stream.normal()
        square += g * g
      }
      return (Double(degrees) / square).squareRoot() / lengthScale
    case .productCauchy: return 1
    }
  }
}
