#!/usr/bin/env python3
"""Derives the polynomials of Mercer's elementary functions; needs mpmath and nothing else.

Prints Sources/CMercerTiles/tiles_coefficients.inc, and on the error stream the maximal error of each
polynomial before and after its coefficients are rounded. With --check it compares instead, and fails
where the file, or an arctangent in tiles_angles.inc, is not what is derived here.

A polynomial P of degree n for f with weight w is the one with the least max |w (f - P)|: Remez's
exchange on a grid. Coefficients are rounded to the element type one at a time, from the constant
on, and those that follow are derived anew for what the rounding left, so that only the last
rounding remains in the error.
"""

import pathlib
import re
import sys

from mpmath import mp, mpf

mp.dps = 90
ROOT = pathlib.Path(__file__).resolve().parent.parent / "Sources" / "CMercerTiles"
DIGITS = {"f32": 24, "f64": 53}


def rounded(x, bits):
    """x to the nearest number of that many bits."""
    if x == 0:
        return mpf(0)
    mantissa, exponent = mp.frexp(x)
    return mp.ldexp(mp.nint(mp.ldexp(mantissa, bits)), exponent - bits)


def literal(x, kind):
    """x, which the type holds, as C writes it."""
    return float(x).hex().replace("0000000p", "p") + ("f" if kind == "f32" else "")


def value(coefficients, x):
    total = mpf(0)
    for c in reversed(coefficients):
        total = total * x + c
    return total


def remez(points, f, w, degree):
    """The polynomial of least max |w (f - P)| over the points, and that maximum."""
    count = len(points)
    size = degree + 2
    # Chebyshev extrema, drawn inwards, so that none falls where a weight vanishes.
    nodes = sorted({
        min(count - 1, max(0, int((1 - mp.cos(mp.pi * (k + mpf(1) / 2) / size)) / 2 * count)))
        for k in range(size)})
    for _ in range(30):
        rows = mp.matrix(size, size)
        right = mp.matrix(size, 1)
        for k, node in enumerate(nodes):
            power = mpf(1)
            for j in range(degree + 1):
                rows[k, j] = power
                power *= points[node]
            rows[k, degree + 1] = (-1) ** k / w[node]
            right[k] = f[node]
        solution = mp.lu_solve(rows, right)
        coefficients = [solution[j] for j in range(degree + 1)]
        level = abs(solution[degree + 1])
        errors = [w[i] * (f[i] - value(coefficients, points[i])) for i in range(count)]
        # The largest error of each run of one sign.
        extrema = []
        for i, e in enumerate(errors):
            if extrema and (errors[extrema[-1]] > 0) == (e > 0):
                if abs(e) > abs(errors[extrema[-1]]):
                    extrema[-1] = i
            else:
                extrema.append(i)
        worst = max(abs(e) for e in errors)
        while len(extrema) > size:
            if len(extrema) == size + 1:
                del extrema[0 if abs(errors[extrema[0]]) < abs(errors[extrema[-1]]) else -1]
            else:
                # Drop the smallest with its smaller neighbour, which keeps the signs in turn.
                k = min(range(len(extrema)), key=lambda k: abs(errors[extrema[k]]))
                if k in (0, len(extrema) - 1):
                    del extrema[k]
                else:
                    other = k - 1 if abs(errors[extrema[k - 1]]) < abs(errors[extrema[k + 1]]) else k
                    del extrema[other:other + 2]
        if worst <= level * mpf("1.0001") or len(extrema) < size:
            break
        nodes = extrema
    return coefficients, worst


def fitted(f, w, low, high, degree, kind):
    """Rounded coefficients, and the error before and after rounding."""
    low, high = mpf(low), mpf(high)
    count = 40 * (degree + 2)
    points = [(low + high) / 2 - (high - low) / 2 * mp.cos(mp.pi * (k + mpf(1) / 2) / count)
              for k in range(count)]
    values = [f(x) for x in points]
    weights = [abs(w(x)) for x in points]
    rest, scale = list(values), list(weights)
    result = []
    for k in range(degree + 1):
        coefficients, error = remez(points, rest, scale, degree - k)
        if k == 0:
            before = error
        result.append(rounded(coefficients[0], DIGITS[kind]))
        rest = [(r - result[-1]) / x for r, x in zip(rest, points)]
        scale = [s * abs(x) for s, x in zip(scale, points)]
    after = max(s * abs(v - value(result, x)) for s, v, x in zip(weights, values, points))
    return result, before, after


# What the functions of tiles_maps.inc need: name, function, weight (which turns the error of the
# polynomial into an error of the result, in the unit that the comment gives), range, degrees.

LN2 = mp.log(2)
HALF = LN2 / 2 + mpf("1e-6")  # a little more than the reduction leaves
QUARTER = (mp.pi / 4 + mpf("1e-5")) ** 2
ARTANH = (3 - 2 * mp.sqrt(2)) ** 2  # s = f / (2 + f), squared, at both ends of [sqrt 1/2, sqrt 2]
EIGHTH = mp.tan(mp.pi / 8) ** 2


TABLE = [
    ("exp", "(exp r - 1 - r) / r^2 on |r| <= ln 2 / 2; relative error of exp",
     lambda r: (mp.exp(r) - 1 - r) / r**2, lambda r: r**2 * mp.exp(-r), -HALF, HALF,
     {"f32": 4, "f64": 9}),
    ("exp2", "(2^r - 1) / r on [-1/2, 1/2]; relative error of 2^r",
     lambda r: (mp.mpf(2)**r - 1) / r, lambda r: r * mp.mpf(2)**-r, -mpf(1) / 2, mpf(1) / 2,
     {"f32": 5, "f64": 10}),
    ("exp2_up", "(2^r - 1) / r on [0, 1]; relative error of 2^r",
     lambda r: (mp.mpf(2)**r - 1) / r, lambda r: r * mp.mpf(2)**-r, 0, 1, {"f32": 5, "f64": 10}),
    ("log", "(2 artanh s - 2 s) / s in z = s^2; error over 2 s",
     lambda z: 2 * mp.atanh(mp.sqrt(z)) / mp.sqrt(z) / z - 2 / z, lambda z: z / 2, 0, ARTANH,
     {"f32": 2, "f64": 6}),
    ("asin", "(asin x - x) / x^3 in z = x^2, x <= 1/2; relative error of asin",
     lambda z: (mp.asin(mp.sqrt(z)) / mp.sqrt(z) - 1) / z,
     lambda z: z * mp.sqrt(z) / mp.asin(mp.sqrt(z)), 0, mpf(1) / 4, {"f32": 4, "f64": 11}),
    ("erf", "erf x / x - 1 in z = x^2, x <= 1; relative error of erf",
     lambda z: mp.erf(mp.sqrt(z)) / mp.sqrt(z) - 1, lambda z: mp.sqrt(z) / mp.erf(mp.sqrt(z)), 0, 1,
     {"f32": 6, "f64": 11}),
    ("erfc_log", "log erfc(1 + t) up to where erf rounds to 1; error of erf",
     lambda t: mp.log(mp.erfc(1 + t)), lambda t: mp.erfc(1 + t), 0, {"f32": 3, "f64": 5},
     {"f32": 6, "f64": 17}),
    ("sin", "(sin r - r) / r^3 in z = r^2, r <= pi / 4; relative error of sin",
     lambda z: (mp.sin(mp.sqrt(z)) / mp.sqrt(z) - 1) / z,
     lambda z: z * mp.sqrt(z) / mp.sin(mp.sqrt(z)), 0, QUARTER, {"f32": 2, "f64": 5}),
    ("cos", "(cos r - 1 + r^2 / 2) / r^4 in z = r^2; relative error of cos",
     lambda z: (mp.cos(mp.sqrt(z)) - 1 + z / 2) / z**2,
     lambda z: z**2 / mp.cos(mp.sqrt(z)), 0, QUARTER, {"f32": 2, "f64": 5}),
    ("tanh", "(tanh x - x) / x^3 in z = x^2, x <= 5/8; relative error of tanh",
     lambda z: (mp.tanh(mp.sqrt(z)) / mp.sqrt(z) - 1) / z,
     lambda z: z * mp.sqrt(z) / mp.tanh(mp.sqrt(z)), 0, mpf(25) / 64, {"f32": 4, "f64": 10}),
]


HEADER = """\
// The polynomials of tiles_maps.inc, constant term first: printed by scripts/derive-maps.py, which
// derives them (Remez's exchange, then rounding one by one). After each: its maximal error before
// and after rounding, in units of 2^-24 (Float) or 2^-53 (Double).
"""


def coefficients_file(report):
    """The text of tiles_coefficients.inc; one line for each polynomial goes to `report`."""
    lines = [HEADER]
    for kind in ("f64", "f32"):
        lines.append("#if IS_DOUBLE" if kind == "f64" else "#else")
        for name, about, f, w, low, high, degrees in TABLE:
            top = high[kind] if isinstance(high, dict) else high
            result, before, after = fitted(f, w, low, top, degrees[kind], kind)
            unit = mp.ldexp(1, DIGITS[kind])
            errors = f"{mp.nstr(before * unit, 2)}, {mp.nstr(after * unit, 2)}"
            report(f"{name:9} {kind} degree {degrees[kind]:2}: error {errors}")
            lines.append(f"// {about}: {errors}.")
            lines.append(f"static const T FN({name}_polynomial)[] = {{")
            row = "   "
            for c in result:
                word = f" {literal(c, kind)},"
                if len(row + word) > 98:
                    lines.append(row)
                    row = "   "
                row += word
            lines += [row, "};"]
    return "\n".join(lines + ["#endif", ""])


def arctangent(degree):
    """Q of atan t = t + t u (-1/3 + u Q(u)), u = t^2, t <= tan(pi/8), for acute_angle: interpolated
    at Chebyshev's nodes (what u^2 <= 0.03 leaves of its error needs no exchange)."""
    count = degree + 1
    rows, right = mp.matrix(count, count), mp.matrix(count, 1)
    for k in range(count):
        u = EIGHTH / 2 * (1 + mp.cos(mp.pi * (k + mpf(1) / 2) / count))
        for j in range(count):
            rows[k, j] = u**j
        t = mp.sqrt(u)
        right[k] = ((mp.atan(t) / t - 1) / u + mpf(1) / 3) / u
    return list(mp.lu_solve(rows, right))


def arctangents_are_derived(text):
    """Whether both chains of acute_angle hold the digits of arctangent()."""
    text = text[text.index("acute_angle"):text.index("V p = u * q")]
    good = True
    for degree, chain in zip((10, 4), text.split("#else")):
        numbers = re.findall(r"(?:q \* u ([+-]) |splat\)\()([0-9.]+)f?", chain)
        written = [float(sign + digits) for sign, digits in numbers]
        derived = [float(mp.nstr(c, 17)) for c in reversed(arctangent(degree))]
        good = good and written == derived
    return good


def main():
    if sys.argv[1:] != ["--check"]:
        print(coefficients_file(lambda line: print(line, file=sys.stderr)), end="")
        return
    text = coefficients_file(lambda line: None)
    if (ROOT / "tiles_coefficients.inc").read_text() != text:
        sys.exit("tiles_coefficients.inc differs from what is derived")
    if not arctangents_are_derived((ROOT / "tiles_angles.inc").read_text()):
        sys.exit("the arctangent of tiles_angles.inc differs from what is derived")
    print("all coefficients are as derived")


if __name__ == "__main__":
    main()
