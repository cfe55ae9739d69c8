// What a user of the library needs, in one import.

@_exported import MercerCore
@_exported import MercerData
@_exported import MercerKernels
@_exported import MercerLearning
@_exported import MercerOperators
@_exported import MercerSolvers
