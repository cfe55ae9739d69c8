"""Kernels from their text form, which is nearly Python."""
import re
import sys
import numpy as np


def values(text, x, z):
    """K(x, z) of the kernel that a text such as `0.5 * gaussian(lengthScale: 2)` says."""
    code = re.sub(r"(\w+):", r"\1=", text).replace("^", "**")
    try:
        if re.search(r"__|\.\s*[a-zA-Z]", code):
            raise NameError("it has names that no kernel has")
        return eval(code, {"__builtins__": {}}, KERNELS).f(x, z)
    except (NameError, TypeError, KeyError) as error:
        sys.exit(f"the kernel {text} is unknown here: {error}")


class Kernel:
    """A function of two matrices that adds and multiplies like a number."""

    def __init__(self, f):
        self.f = f

    def __add__(self, other):
        return Kernel(lambda x, z: self.f(x, z) + other.f(x, z))

    def __mul__(self, other):
        return Kernel(lambda x, z: self.f(x, z) * (other.f(x, z) if isinstance(other, Kernel) else other))

    __rmul__ = __mul__

    def __pow__(self, exponent):
        return Kernel(lambda x, z: self.f(x, z) ** exponent)


def on_mapped(f):
    """A kernel from a function of coordinates that are first chosen, then weighed."""

    def make(on=None, scales=None, transform=None, **parameters):
        def mapped(x):
            x = x if on is None else x[:, on]
            if scales is not None:  # a coordinate of scale 0 is none
                return x[:, np.array(scales) > 0] * np.array([s for s in scales if s > 0])
            return x @ np.array(transform).T if transform else x

        return Kernel(lambda x, z: f(mapped(x), mapped(z), **parameters))

    return make


def differences(x, z):
    return (abs(x[:, [j]] - z[:, j]) for j in range(x.shape[1]))


def distance(x, z, q=2):
    return sum(d**q for d in differences(x, z)) ** (1 / q)


def gaussian(x, z, lengthScale=1):
    return np.exp(-((distance(x, z) / lengthScale) ** 2) / 2)


def laplace(x, z, lengthScale=1):
    return np.exp(-distance(x, z) / lengthScale)


def product_laplace(x, z, lengthScale=1):
    return np.exp(-distance(x, z, 1) / lengthScale)


def power_exponential(x, z, q=2, p=1, lengthScale=1):
    return np.exp(-((distance(x, z, q) / lengthScale) ** p))


def matern(x, z, smoothness, lengthScale=1):
    r = distance(x, z) / lengthScale * (2 * smoothness) ** 0.5
    return {0.5: 1, 1.5: 1 + r, 2.5: 1 + r + r * r / 3}[smoothness] * np.exp(-r)


def anova_laplace(x, z, lengthScale=1, weight=1):
    return np.prod([(1 + weight * np.exp(-d / lengthScale)) / (1 + weight) for d in differences(x, z)], axis=0)


def additive_laplace(x, z, order=1, lengthScale=1):
    """The mean over coordinates; of order 2, of that and the mean over pairs."""
    e = [np.exp(-d / lengthScale) for d in differences(x, z)]
    one, n = sum(e) / len(e), len(e)
    pairs = (sum(e) ** 2 - sum(v * v for v in e)) / max(n * (n - 1), 1)
    return one if order == 1 or n == 1 else (one + pairs) / 2


KERNELS = {
    "gaussian": on_mapped(gaussian), "laplace": on_mapped(laplace), "matern": on_mapped(matern),
    "productLaplace": on_mapped(product_laplace), "powerExponential": on_mapped(power_exponential),
    "anovaLaplace": on_mapped(anova_laplace), "additiveLaplace": on_mapped(additive_laplace),
    "linear": on_mapped(lambda x, z: x @ z.T),
    "select": lambda kernel, on: Kernel(lambda x, z: kernel.f(x[:, on], z[:, on])),
}
