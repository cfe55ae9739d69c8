/// Whether the build is optimised. Others are some 80 times slower, so what takes a second or more
/// is tested in such builds only.
public let isOptimized: Bool = {
  #if DEBUG
    false
  #else
    true
  #endif
}()
