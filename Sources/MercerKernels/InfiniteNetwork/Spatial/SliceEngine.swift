import MercerCore

/// A network ready to be evaluated on images or sequences: plans for pairs and for single inputs.
struct SliceEngine<Element: Scalar>: Sendable {
  let graph: SliceGraph
  let records: SliceRecords
  let pairs: SlicePlan<Element>
  let alone: SlicePlan<Double>
  let constants: [SliceConstants]
  let aloneConstants: [SliceConstants]
  /// Where the planes of an input are, as x and as z.
  let narrow: SliceRecords.Offsets, wide: SliceRecords.Offsets
  let aloneNarrow: SliceRecords.Offsets, aloneWide: SliceRecords.Offsets

  init(_ graph: NetworkGraph) throws(MercerError) {
    let slices = try SliceGraph(graph)
    self.graph = slices
    let records = SliceRecords(slices)
    self.records = records
    pairs = SlicePlanner.plan(slices, records, .pairs)
    alone = SlicePlanner.plan(slices, records, .alone)
    constants = slices.nodes.indices.map { SliceConstants($0, slices, records, Element.self) }
    aloneConstants = slices.nodes.indices.map { SliceConstants($0, slices, records, Double.self) }
    narrow = records.offsets(isWide: false, Element.self)
    wide = records.offsets(isWide: true, Element.self)
    aloneNarrow = records.offsets(isWide: false, Double.self)
    aloneWide = records.offsets(isWide: true, Double.self)
  }

  /// Memory and code for pairs.
  func pairRun(wantsTangent: Bool) -> SliceRun<Element> {
    SliceRun(
      graph: graph, records: records, plan: pairs, constants: constants, narrow: narrow,
      wide: wide, wantsTangent: wantsTangent, isAlone: false)
  }

  /// Memory and code for single inputs.
  func aloneRun() -> SliceRun<Double> {
    SliceRun(
      graph: graph, records: records, plan: alone, constants: aloneConstants,
      narrow: aloneNarrow, wide: aloneWide, wantsTangent: false, isAlone: true)
  }

  /// Writes the channels of an input into the planes of x or z.
  @specialized(where Element == Double, E == Double)
  @specialized(where Element == Float, E == Float)
  @specialized(where Element == Float, E == Double)
  static func setChannels<E: Scalar>(
    of input: UnsafePointer<Element>, _ records: SliceRecords, isWide: Bool,
    into planes: UnsafeMutablePointer<E>
  ) {
    let (layout, channels) = (records.input, records.channels)
    let stride = isWide ? layout.wideStride(E.self) : layout.stride(E.self)
    for channel in 0..<channels {
      for row in 0..<layout.rows {
        let target = planes + (channel * layout.rowPeriod + row) * stride
        let source = input + (row * layout.columns * channels + channel)
        for column in 0..<layout.columns {
          target[column] = E(source[column * channels])
          if isWide { target[layout.columnPeriod + column] = target[column] }
        }
      }
    }
  }

  /// Prepares one input: what its records hold, in the memory of x or z, which is zero where nothing
  /// was written yet.
  func prepare(
    _ input: SliceSource<Element>, isWide: Bool, with run: SliceRun<Double>,
    into planes: UnsafeMutablePointer<Element>
  ) {
    Self.setChannels(of: input.numbers, records, isWide: isWide, into: planes)
    guard !records.records.isEmpty else { return }
    let presence = input.presence.flatMap { graph.masks?.presence(ofInput: $0) } ?? []
    records.setMasks(presence, isWide: isWide, isWide ? wide : narrow, into: planes)
    run.fillAlone { x, z in
      Self.setChannels(of: input.numbers, records, isWide: false, into: x)
      Self.setChannels(of: input.numbers, records, isWide: true, into: z)
      records.setMasks(presence, isWide: false, aloneNarrow, into: x)
      records.setMasks(presence, isWide: true, aloneWide, into: z)
    }
    let offsets = isWide ? wide : narrow
    let slices = Element.loops.slices
    for (index, record) in records.records.enumerated() {
      let root = planes + offsets.root[index]
      let inverse = planes + offsets.inverse[index]
      let values = run.values(of: index)
      if case .mask = record.content { continue }
      if case .attention = record.content {
        for i in 0..<(record.layout.positionCount * record.layout.positionCount) {
          root[i] = Element(values[i])
        }
        continue
      }
      let stride = record.stride(isWide: isWide, Element.self)
      if case .mean = record.content {
        run.setMeans(of: index, isWide: isWide, root)
        continue
      }
      let valueStride = record.stride(isWide: false, Double.self)
      for row in 0..<record.layout.rows {
        slices.roots(
          of: values + row * valueStride, columns: record.layout.columns,
          period: record.layout.columnPeriod, repeats: isWide, root: root + row * stride,
          inverse: inverse + row * stride)
      }
    }
  }
}
