/// One step of the work on a pair of inputs. Numbers are places in the tables of the plan.
struct SliceStep: Sendable {
  enum Kind: UInt8, Sendable {
    /// Products of the inputs' channels.
    case products
    /// A convolution or one shift of a pooling.
    case window
    /// A convolution and the rectifier after it.
    case rectifiedWindow
    case rectifier
    case dense
    case elementwise
    /// The first branch of a sum or product is copied, the second added or multiplied.
    case copy
    case add
    case multiply
    case combination
    /// Adds the entries of a slice to a mean, and writes the mean.
    case total
    case mean
    /// The same over positions that are there, and what makes entries of others zero.
    case presentMean
    case mask
    case normalisation
    /// Nothing in common.
    case zero
    /// Puts a slice into a matrix, transforms the matrix, takes a slice out.
    case gather
    case attention
    case scatter
    /// Variances, in a pass over one input: after an activation, and their being kept.
    case selfElementwise
    case selfCombination
    /// Means of units after a pooling or a join.
    case selfMean
    case record
    case recordUnitMean
    case recordMean
  }

  var kind: Kind
  var node: Int32
  var input: Int32 = 0
  var second: Int32 = 0
  var output: Int32 = 0
  var accumulates = false
  var isOrigin = false
  var rows: Int32 = 0
  var rowTaps: Int32 = 0
  var shifts: Int32 = 0
  var masks: Int32 = 0
  var columnTaps: Int32 = 0
  var zRows: Int32 = 0
  var zColumn: Int32 = 0
  var weight = 0.0

  init(_ kind: Kind, node: Int) {
    self.kind = kind
    self.node = Int32(node)
  }
}
