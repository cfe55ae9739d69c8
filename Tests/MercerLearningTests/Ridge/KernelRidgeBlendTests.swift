import MercerCore
import MercerKernels
import MercerLearning
import Testing

/// The mean of regressions on the same inputs.
@Suite struct KernelRidgeBlendTests {
  private static func estimators() throws -> [KernelRidge] {
    [
      try KernelRidge(kernel: GaussianKernel<Double>(lengthScale: 1.5), ridge: 0.1),
      try KernelRidge(kernel: LaplaceKernel<Double>(lengthScale: 3), ridge: 0.3),
      try KernelRidge(
        kernel: ColumnsKernel(MaternKernel<Double>(smoothness: 2.5, lengthScale: 1), on: [0]),
        ridge: 0.02, centresTargets: true),
    ]
  }

  private func models(
    _ data: LabelledData<Points<Double>>, count: Int = 3
  ) throws -> [KernelRidgeModel] {
    try Self.estimators().prefix(count).map { try $0.fit(data) }
  }

  private let test = Points<Double>(rows: [[0.3, -0.2], [1, 2], [-2, 0.5], [9, 9]])

  /// Two roundings of a mean of two: 1e-15 relative.
  @Test func itPredictsTheMean() throws {
    let models = try models(smoothData(15, outputs: 2), count: 2)
    let blend = try KernelRidgeBlend(members: models)
    let predicted = try blend.predict(test)
    let (a, b) = (try models[0].predict(test), try models[1].predict(test))
    let mean = zip(a.elements, b.elements).map { ($0 + $1) / 2 }
    #expect(predicted.rowCount == 4 && predicted.columnCount == 2)
    #expect(agree(predicted.elements, mean, within: 1e-15))
    #expect(!agree(predicted.elements, a.elements, within: 1e-3))
    #expect(blend.inputs.isIdentical(to: models[0].inputs))
  }

  /// Refitting every member on the other rows and blending those: only rounding lies between,
  /// 1e-9 at a condition below 1e4. The targets of centred members keep their mean.
  @Test func leaveOneOutEqualsRefitting() throws {
    let data = try smoothData(12, outputs: 2)
    let estimators = try Array(Self.estimators().prefix(2))
    let blend = try KernelRidgeBlend(members: estimators.map { try $0.fit(data) })
    var brute: [Double] = []
    for row in 0..<data.count {
      let others = try data.subset(at: (0..<data.count).filter { $0 != row })
      let refitted = try KernelRidgeBlend(members: estimators.map { try $0.fit(others) })
      let predicted = try refitted.predict(data.inputs.subset(at: [row])).row(0)
      brute += zip(data.targets.row(row), predicted).map { $0 - $1 }
    }
    let closed = try #require(blend.leaveOneOutResiduals)
    #expect(agree(closed.elements, brute, within: 1e-9))
  }

  @Test func oneMemberIsThatMemberToTheLastBit() throws {
    let model = try models(smoothData(15, outputs: 2), count: 1)[0]
    for blend in [KernelRidgeBlend(model), try KernelRidgeBlend(members: [model])] {
      #expect(try blend.predict(test) == model.predict(test))
      #expect(blend.leaveOneOutResiduals == model.leaveOneOutResiduals)
    }
  }

  @Test func residualsNeedThoseOfEveryMember() throws {
    let data = try smoothData(10)
    var estimators = try Self.estimators()
    estimators[1].wantsLeaveOneOut = false
    let blend = try KernelRidgeBlend(members: estimators.map { try $0.fit(data) })
    #expect(blend.leaveOneOutResiduals == nil)
  }

  @Test func membersThatDoNotMatchAreRefused() throws {
    let data = try smoothData(10)
    let models = try models(data, count: 2)
    func code(_ members: [KernelRidgeModel]) -> MercerError.Code? {
      do throws(MercerError) {
        _ = try KernelRidgeBlend(members: members)
        return nil
      } catch { return error.code }
    }
    #expect(code(models) == nil)
    #expect(code([]) == .invalidParameter)
    // The same numbers in other memory, and other outputs on the same inputs.
    let copy = try LabelledData(
      inputs: data.inputs.subset(at: Array(0..<10)), targets: data.targets)
    #expect(code([models[0], try Self.estimators()[0].fit(copy)]) == .shapeMismatch)
    let wide = try LabelledData(
      inputs: data.inputs, targets: smoothData(10, outputs: 2).targets)
    #expect(code([models[0], try Self.estimators()[0].fit(wide)]) == .shapeMismatch)
  }

  /// A member that sees nothing in the targets is left out, beyond chance with a hundred rows; where both
  /// see the same the mean stays.
  @Test func weightsOfRowsThatNoMemberHasSeen() throws {
    let data = try smoothData(200, outputs: 2)
    let (train, held) = (
      try data.subset(at: (0..<200).filter { $0 % 2 != 0 }),
      try data.subset(at: (0..<200).filter { $0 % 2 == 0 })
    )
    let kernel = try GaussianKernel<Double>(lengthScale: 1.5)
    let members = try [1e9, 0.1].map { try KernelRidge(kernel: kernel, ridge: $0).fit(train) }
    let blend = try KernelRidgeBlend(members: members)
    let chosen = try blend.reweighed(on: held, context: .default)
    #expect(chosen.members.map(\.ridge) == [0.1] && chosen.weights == [1])
    let alike = try KernelRidgeBlend(members: [members[1], members[1]])
    #expect(try alike.reweighed(on: held, context: .default).weights == [0.5, 0.5])
  }
}
