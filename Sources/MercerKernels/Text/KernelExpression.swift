public import MercerCore

/// The text form of a kernel as a tree: what the parser makes and what kernels print as.
///
/// `gaussian(lengthScale: 1.2) + 0.1 * linear ^ 2` is
/// `.sum([.call("gaussian", …), .scaled(0.1, .power(.call("linear"), 2))])`.
public indirect enum KernelExpression: Sendable, Equatable {
  /// A kernel or a combinator by name, with its arguments: `matern(smoothness: 2.5)`.
  case call(String, [Argument] = [])
  /// A positive number times a kernel.
  case scaled(Double, KernelExpression)
  /// The sum of two or more kernels.
  case sum([KernelExpression])
  /// The product of two or more kernels.
  case product([KernelExpression])
  /// A kernel to a whole power.
  case power(KernelExpression, Int)

  /// An argument of a call; the label is absent for positional ones.
  public struct Argument: Sendable, Equatable {
    /// The label before the colon.
    public let label: String?
    /// What follows it.
    public let value: Value

    /// An argument.
    public init(_ label: String?, _ value: Value) {
      self.label = label
      self.value = value
    }
  }

  /// What an argument can be.
  public indirect enum Value: Sendable, Equatable {
    /// A number.
    case number(Double)
    /// `[1, 0.2]`.
    case list([Double])
    /// `[[1, 0], [0, 2]]`, row by row.
    case matrix([[Double]])
    /// A bare word such as `same`.
    case word(String)
    /// Another kernel, as in `normalised(linear)`.
    case kernel(KernelExpression)
    /// A network, as in `ntk(dense > relu > dense)`.
    case network(NetworkExpression)
  }
}

/// The text form of a network: layers joined by `>`, repeated by `^`.
public indirect enum NetworkExpression: Sendable, Equatable {
  /// A layer by name, with its arguments: `dense(weightVariance: 2)`.
  case layer(String, [Argument] = [])
  /// Layers one after the other.
  case chain([NetworkExpression])
  /// A network several times in a row.
  case repeated(NetworkExpression, Int)

  /// An argument of a layer.
  public struct Argument: Sendable, Equatable {
    /// The label before the colon; absent for positional ones.
    public let label: String?
    /// What follows it.
    public let value: Value

    /// An argument.
    public init(_ label: String?, _ value: Value) {
      self.label = label
      self.value = value
    }
  }

  /// What an argument of a layer can be.
  public indirect enum Value: Sendable, Equatable {
    /// A number.
    case number(Double)
    /// A bare word such as `same`.
    case word(String)
    /// A network, as in `residual(dense > relu)`.
    case network(NetworkExpression)
  }
}

/// A kernel that has a text form.
///
/// A leaf kernel prints as its `expression`, and is made from a call by its `syntax`; both live in
/// the kernel's own file, and `KernelRegistry` lists the syntaxes.
public protocol ExpressibleKernel<Inputs, Element>: Kernel {
  /// The kernel as an expression that parses back to an equal kernel.
  var expression: KernelExpression { get }

  /// The kernel with all that it takes from the inputs it is bound to fixed to these: for most
  /// kernels itself, but `centred(K)` takes its mean from them.
  ///
  /// A method that binds one kernel to several sets of inputs anchors it to the training inputs
  /// first, and again after reading it from its text form.
  ///
  /// - Throws: `.shapeMismatch` when the inputs do not have the features the kernel needs.
  func anchored(
    to reference: Inputs
  ) throws(MercerError) -> any ExpressibleKernel<Inputs, Element>
}

extension ExpressibleKernel {
  /// The kernel itself: most take nothing from the inputs they are bound to.
  public func anchored(
    to reference: Inputs
  ) throws(MercerError) -> any ExpressibleKernel<Inputs, Element> { self }
}
