import MercerCore

/// Images or sequences as the engine takes them: mapped by the metric, absent numbers zero.
struct SliceInputs<Element: Scalar>: Sendable {
  /// The numbers, one input a row.
  let numbers: Matrix<Element>
  /// Which positions are there, inputs × positions; nil where all always are.
  private let presence: [UInt8]?

  /// - Throws: `.invalidParameter` for a mask with a metric that mixes positions.
  init(
    _ points: Points<Element>, _ metric: Metric, _ graph: NetworkGraph
  ) throws(MercerError) {
    guard let mask = graph.inputMask else {
      numbers = metric.mapped(points.coordinates)
      presence = nil
      return
    }
    if case .transform = metric {
      throw MercerError(
        .invalidParameter, "a transform mixes positions, of which the mask leaves some out",
        remedy: "take scales instead of the transform, or leave out the mask")
    }
    let shape = graph.nodes[0].shape
    let masked = points.coordinates.masked(
      by: mask, channels: (shape.inputDimension ?? 1) / shape.positionCount)
    numbers = metric.mapped(masked.inputs)
    presence = masked.presence
  }

  /// The number of inputs.
  var count: Int { numbers.rowCount }

  /// Calls the body with what gives the input of a number.
  func withSources(_ body: ((Int) -> SliceSource<Element>) -> Void) {
    let (dimension, positions) = (numbers.columnCount, (presence?.count ?? 0) / max(count, 1))
    numbers.withBase { base in
      guard let presence else {
        return body { SliceSource(numbers: base + $0 * dimension, presence: nil) }
      }
      presence.withUnsafeBufferPointer { bytes in
        body {
          SliceSource(
            numbers: base + $0 * dimension,
            presence: bytes.baseAddress.unsafelyUnwrapped + $0 * positions)
        }
      }
    }
  }

  /// Whether two inputs have the same numbers at the same positions.
  static func areEqual(_ a: SliceInputs, _ i: Int, _ b: SliceInputs, _ j: Int) -> Bool {
    let dimension = a.numbers.columnCount
    var areEqual = true
    a.numbers.withBase { x in
      b.numbers.withBase { z in
        for k in 0..<dimension where x[i * dimension + k] != z[j * dimension + k] {
          areEqual = false
          return
        }
      }
    }
    guard areEqual, let first = a.presence, let second = b.presence else { return areEqual }
    let positions = first.count / max(a.count, 1)
    return first[(i * positions)..<((i + 1) * positions)]
      == second[(j * positions)..<((j + 1) * positions)]
  }
}

/// One input.
struct SliceSource<Element> {
  /// Its numbers, the channels of a position together.
  let numbers: UnsafePointer<Element>
  /// Which positions are there; nil where all are.
  let presence: UnsafePointer<UInt8>?
}
