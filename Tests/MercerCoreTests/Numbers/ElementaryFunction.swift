import Foundation
import MercerCore
import Testing

/// An elementary function of the tile loops, how to refer to it, and what it promises.
struct ElementaryFunction: Sendable, CustomTestStringConvertible {
  /// How f(−x) follows from f(x), which halves an exhaustive sweep.
  enum Symmetry { case none, odd, even }

  let name: String
  let float: @Sendable (TileLoops<Float>) -> TileLoops<Float>.Map0
  let double: @Sendable (TileLoops<Double>) -> TileLoops<Double>.Map0
  /// In the precision that Foundation has most of.
  let reference: @Sendable (Reference) -> Reference
  let symmetry: Symmetry
  /// The largest errors allowed, in units of the last place of the exact result, for Float and
  /// Double: a little above what `docs/elementary-functions.md` says was measured.
  let floatBound, doubleBound: Double

  var testDescription: String { name }

  static let all: [ElementaryFunction] = [
    .init(
      name: "exponential", float: { $0.exponential }, double: { $0.exponential },
      reference: { Foundation.exp($0) }, symmetry: .none, floatBound: 1, doubleBound: 1),
    .init(
      name: "logarithm", float: { $0.logarithm }, double: { $0.logarithm },
      reference: { Foundation.log($0) }, symmetry: .none, floatBound: 1, doubleBound: 1),
    .init(
      name: "squareRoot", float: { $0.squareRoot }, double: { $0.squareRoot },
      reference: { $0.squareRoot() }, symmetry: .none, floatBound: 0.5, doubleBound: 0.5),
    .init(
      name: "arccosine", float: { $0.arccosine }, double: { $0.arccosine },
      reference: { Foundation.acos($0) }, symmetry: .none, floatBound: 1.25, doubleBound: 1.25),
    .init(
      name: "errorFunction", float: { $0.errorFunction }, double: { $0.errorFunction },
      reference: { Foundation.erf($0) }, symmetry: .odd, floatBound: 1.5, doubleBound: 1.5),
    .init(
      name: "sine", float: { $0.sine }, double: { $0.sine }, reference: { Foundation.sin($0) },
      symmetry: .odd, floatBound: 1.75, doubleBound: 1),
    .init(
      name: "cosine", float: { $0.cosine }, double: { $0.cosine },
      reference: { Foundation.cos($0) }, symmetry: .even, floatBound: 1.75, doubleBound: 1),
    .init(
      name: "hyperbolicTangent", float: { $0.hyperbolicTangent }, double: { $0.hyperbolicTangent },
      reference: { Foundation.tanh($0) }, symmetry: .odd, floatBound: 1.75, doubleBound: 1.75),
  ]
}

#if arch(x86_64)
  /// What Double is compared with: a number of 64 bits, which leaves 11 for the errors.
  typealias Reference = Float80
  /// What the reference itself may be wrong by, in units of Double.
  let referenceError = 0.001
#else
  typealias Reference = Double
  let referenceError = 1.0
#endif

/// The largest error met, in units of the last place, and where.
struct WorstError: CustomStringConvertible {
  var units = 0.0
  var argument = 0.0

  var description: String { "\(units) units in the last place at \(argument)" }

  mutating func include(_ units: Double, at argument: Double) {
    // Also NaN, which says that one of two is a number and the other is not.
    if !(units <= self.units) {
      self.units = units.isNaN ? .infinity : units
      self.argument = argument
    }
  }

  mutating func include(_ other: WorstError) { include(other.units, at: other.argument) }
}

/// The loops of every instruction set that this machine has.
func everyLoops<E: TileElement>(_: E.Type) -> [TileLoops<E>] {
  TileLoops<E>.instructionSets.compactMap { TileLoops<E>.forInstructionSet($0) }
}
