import MercerCore

/// All the work on one pair of inputs, or on one input by itself, in order: the same for every pair,
/// and made once when a kernel is bound.
///
/// Slices are made when something takes them first and their memory is free when nothing takes them
/// any more: a chain of layers needs two planes, whatever its depth, and goes through all layers for
/// one offset after another; only a pooling or an attention in the middle keeps many slices.
struct SlicePlan<Element: Scalar>: Sendable {
  let steps: [SliceStep]
  /// How many planes are live at once.
  let slotCount: Int
  /// Tables that the steps point to.
  let integers: [Int32], masks: [Element], bytes: [UInt8]
  /// The elements of a plane, and how far beyond it is read.
  let planeSize: Int, reach: Int
  /// The slot of the output.
  let outputSlot: Int

  /// Whether records are read, and not written only.
  var readsRecords: Bool {
    steps.contains { step in
      switch step.kind {
      case .rectifiedWindow, .rectifier, .elementwise, .combination, .normalisation, .attention:
        true
      default: false
      }
    }
  }
}
