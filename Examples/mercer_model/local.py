"""What rows that are near have in common: a regression in each leaf of a tree of soft splits."""
import numpy as np
from . import kernels


def values(p, arrays, x):
    """The sum over the leaves of share × K(X*, X) α."""
    x = x[:, p["features"]]
    starts = np.concatenate([[0], np.cumsum(arrays["correction.counts"]).astype(int)])
    total = np.zeros((len(x), arrays["correction.coefficients"].shape[1]))
    for leaf, share in shares(p["tree"]["splits"], x).items():
        at = np.flatnonzero(share)
        rows = slice(starts[leaf], starts[leaf + 1])
        if len(at):
            k = kernels.values(p["kernel"], x[at], arrays["correction.inputs"][rows])
            total[at] += share[at, None] * (k @ arrays["correction.coefficients"][rows])
    return total


def shares(splits, x):
    """How much each leaf counts at each point, by leaf."""
    result, open_ = {}, [({"split": {"_0": 0}} if splits else {"leaf": {"_0": 0}}, np.ones(len(x)))]
    while open_:
        branch, share = open_.pop()
        ((kind, place),) = branch.items()
        if kind == "leaf":
            result[place["_0"]] = share
            continue
        s = splits[place["_0"]]
        u = np.clip((x @ np.array(s["direction"]) - s["threshold"] + s["halfWidth"]) / (2 * s["halfWidth"]), 0, 1)
        upper = u * u * (3 - 2 * u)
        open_ += [(s["lower"], share * (1 - upper)), (s["upper"], share * upper)]
    return result
