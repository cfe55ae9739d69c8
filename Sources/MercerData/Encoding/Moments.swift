/// Mean, standard deviation of the population, and the shape of some numbers.
struct Moments {
  let mean: Double
  let deviation: Double
  /// E z³ of z = (x − mean) / deviation; 0 without a deviation.
  let skewness: Double
  /// E z⁴.
  let kurtosis: Double

  init(_ values: [Double]) {
    let count = Double(max(values.count, 1))
    let mean = values.reduce(0) { $0 + $1 / count }
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) / count }
    let deviation = variance.squareRoot()
    self.mean = mean
    self.deviation = deviation
    var (third, fourth) = (0.0, 0.0)
    if deviation > 0 {
      for value in values {
        let z = (value - mean) / deviation
        third += z * z * z / count
        fourth += z * z * z * z / count
      }
    }
    (skewness, kurtosis) = (third, fourth)
  }
}
