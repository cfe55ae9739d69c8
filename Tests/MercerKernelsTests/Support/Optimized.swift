/// Whether these tests were compiled with optimisation, so that large ones take no long time.
let isOptimized: Bool = {
  #if DEBUG
    false
  #else
    true
  #endif
}()
