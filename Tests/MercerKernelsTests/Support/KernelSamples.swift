import MercerCore
import MercerKernels

/// A repeatable stream of numbers in [−1, 1), for test inputs only.
struct TestNumbers {
  private var state: UInt64

  init(seed: UInt64) { state = seed &* 2_862_933_555_777_941_757 &+ 3_037_000_493 }

  mutating func next() -> Double {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Double(state >> 11) / Double(1 << 52) - 1
  }

  mutating func matrix(_ rowCount: Int, _ columnCount: Int) -> Matrix<Double> {
    Matrix(
      rowCount: rowCount, columnCount: columnCount,
      elements: (0..<(rowCount * columnCount)).map { _ in next() })
  }
}

/// A kernel of points and what it should be: the formula of its documentation, a pair at a time.
struct KernelSample<Element: Scalar>: Sendable {
  typealias Formula = @Sendable ([Double], [Double]) -> Double

  let kernel: any ExpressibleKernel & Kernel<Points<Element>, Element>
  let formula: Formula
}

/// M x.
func mapped(_ metric: Metric, _ x: [Double]) -> [Double] {
  switch metric {
  case .identity: x
  case .scales(let scales): zip(scales, x).map { $0 * $1 }
  case .transform(let a):
    (0..<a.rowCount).map { row in zip(a.row(row), x).map { $0 * $1 }.reduce(0, +) }
  }
}

func inner(_ x: [Double], _ z: [Double]) -> Double { zip(x, z).map { $0 * $1 }.reduce(0, +) }

/// Σ |xₖ − zₖ|^q.
func distance(_ x: [Double], _ z: [Double], _ q: Double = 2) -> Double {
  zip(x, z).map { q == 2 ? ($0 - $1) * ($0 - $1) : power(abs($0 - $1), q) }.reduce(0, +)
}

/// exp(−|xₖ − zₖ| / ℓ) of each coordinate.
func decays(_ x: [Double], _ z: [Double], _ l: Double) -> [Double] {
  zip(x, z).map { exponential(-abs($0 - $1) / l) }
}

/// Without those of coordinates that the metric makes 0.
func kept(_ values: [Double], _ metric: Metric) -> [Double] {
  guard case .scales(let scales) = metric else { return values }
  return zip(values, scales).filter { $1 > 0 }.map(\.0)
}

/// The mean; of nothing 1, as of a kernel without coordinates.
func mean(_ values: [Double]) -> Double {
  values.isEmpty ? 1 : values.reduce(0, +) / Double(values.count)
}

/// Every kernel of this folder with this metric, beside its formula.
func kernelSamples<Element: Scalar>(
  metric: Metric, _: Element.Type = Element.self
) throws -> [KernelSample<Element>] {
  let l = 1.7
  func sample(
    _ kernel: any ExpressibleKernel & Kernel<Points<Element>, Element>,
    _ formula: @escaping KernelSample<Element>.Formula
  ) -> KernelSample<Element> {
    KernelSample(kernel: kernel) { formula(mapped(metric, $0), mapped(metric, $1)) }
  }
  return [
    sample(try GaussianKernel(lengthScale: l, metric: metric)) {
      exponential(-distance($0, $1) / (2 * l * l))
    },
    sample(try LaplaceKernel(lengthScale: l, metric: metric)) {
      exponential(-distance($0, $1).squareRoot() / l)
    },
    sample(try ProductLaplaceKernel(lengthScale: l, metric: metric)) {
      exponential(-distance($0, $1, 1) / l)
    },
    sample(try PowerExponentialKernel(q: 1.5, p: 0.8, lengthScale: l, metric: metric)) {
      exponential(-power(power(distance($0, $1, 1.5), 1 / 1.5) / l, 0.8))
    },
    sample(try PowerExponentialKernel(q: 1.3, p: 1.3, lengthScale: l, metric: metric)) {
      exponential(-distance($0, $1, 1.3) / power(l, 1.3))
    },
    sample(try PowerExponentialKernel(q: 2, p: 1.2, lengthScale: l, metric: metric)) {
      exponential(-power(distance($0, $1).squareRoot() / l, 1.2))
    },
    sample(try MaternKernel(smoothness: 0.5, lengthScale: l, metric: metric)) {
      exponential(-distance($0, $1).squareRoot() / l)
    },
    sample(try MaternKernel(smoothness: 1.5, lengthScale: l, metric: metric)) {
      let u = (3 * distance($0, $1)).squareRoot() / l
      return (1 + u) * exponential(-u)
    },
    sample(try MaternKernel(smoothness: 2.5, lengthScale: l, metric: metric)) {
      let u = (5 * distance($0, $1)).squareRoot() / l
      return (1 + u + u * u / 3) * exponential(-u)
    },
    sample(try RationalQuadraticKernel(alpha: 0.9, lengthScale: l, metric: metric)) {
      power(1 + distance($0, $1) / (2 * 0.9 * l * l), -0.9)
    },
    sample(try PeriodicKernel(period: 1.9, lengthScale: l, metric: metric)) {
      let sines = zip($0, $1).map { power(abs(sine(.pi * ($0 - $1) / 1.9)), 2) }
      return exponential(-2 * sines.reduce(0, +) / (l * l))
    },
    sample(try AnovaLaplaceKernel(lengthScale: l, weight: 0.7, metric: metric)) {
      decays($0, $1, l).map { (1 + 0.7 * $0) / 1.7 }.reduce(1, *)
    },
    sample(try AdditiveLaplaceKernel(lengthScale: l, metric: metric)) {
      mean(kept(decays($0, $1, l), metric))
    },
    sample(try AdditiveLaplaceKernel(order: 2, lengthScale: l, metric: metric)) {
      let e = kept(decays($0, $1, l), metric)
      let pairs = e.indices.flatMap { k in e[..<k].map { $0 * e[k] } }
      return pairs.isEmpty ? mean(e) : (mean(e) + mean(pairs)) / 2
    },
    sample(try LinearKernel(metric: metric)) { inner($0, $1) },
    sample(try PolynomialKernel(degree: 3, offset: 0.6, metric: metric)) {
      let base = inner($0, $1) + 0.6
      return base * base * base
    },
    sample(try CosineKernel(metric: metric)) {
      inner($0, $1) / (inner($0, $0) * inner($1, $1)).squareRoot()
    },
  ]
}

/// No metric, scales (one of them 0) and a transform to fewer coordinates, for d coordinates.
func metrics(dimension d: Int) -> [Metric] {
  var numbers = TestNumbers(seed: 7)
  var scales = (0..<d).map { _ in 0.8 + 0.4 * numbers.next() }
  if d > 2 { scales[1] = 0 }
  return [.identity, .scales(scales), .transform(numbers.matrix(max(1, d - 1), d))]
}
