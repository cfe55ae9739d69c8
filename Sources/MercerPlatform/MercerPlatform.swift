// What the system offers, in one import: the C library, and of Foundation its essentials. The whole of
// Foundation comes with the languages of the world, which take longer to load than a prediction.

#if canImport(FoundationEssentials)
  @_exported import FoundationEssentials
#else
  @_exported import Foundation
#endif

#if canImport(Glibc)
  @_exported import Glibc
#elseif canImport(Musl)
  @_exported import Musl
#else
  @_exported import Darwin
#endif
