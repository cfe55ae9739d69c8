import RealModule

// The elementary functions for reference formulas, which all test files take from here.

func exponential(_ x: Double) -> Double { .exp(x) }
func sine(_ x: Double) -> Double { .sin(x) }
func power(_ x: Double, _ p: Double) -> Double { x == 0 ? (p == 0 ? 1 : 0) : .exp(p * .log(x)) }
func logarithm(onePlus x: Double) -> Double { .log(onePlus: x) }
