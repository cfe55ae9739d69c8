#!/usr/bin/env python3
"""Opens a model of Mercer with numpy alone and predicts: read_model.py model.safetensors table.csv

Prints the prediction of numbers, or the probabilities of classes, as `mercer predict` does. For numbers,
categories and booleans, and the kernels defined below; what it does not know (dates) it names.
"""
import csv, json, re, struct, sys
from statistics import NormalDist
import numpy as np

raw = open(sys.argv[1], "rb").read()
size = 8 + struct.unpack("<Q", raw[:8])[0]
header = json.loads(raw[8:size])
model = json.loads(header.pop("__metadata__")["model"])
types = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "I64": "<i8"}
tensor = {name: np.frombuffer(raw, types[t["dtype"]], int(np.prod(t["shape"])), size + t["data_offsets"][0])
          .reshape(t["shape"]).astype(float) for name, t in header.items()}

# A column of text becomes coordinates.
CODES = [0, 9, 99, 999, 9999, 99999, -1, -9, -99, -999, -9999, -99999]
MISSING = {"", "na", "n/a", "#n/a", "<na>", "nan", "null", "none", "?"}

def cubic(p, z):  # monotone cubic pieces
    k, v, s = (np.array(p[key]) for key in ("knots", "values", "slopes"))
    i = np.clip(np.searchsorted(k, z) - 1, 0, len(k) - 2)
    w, d, t = k[i + 1] - k[i], v[i + 1] - v[i], np.clip((z - k[i]) / (k[i + 1] - k[i]), 0, 1)
    a, b = np.minimum(s[i] * w, 3 * d), np.minimum(s[i + 1] * w, 3 * d)
    return v[i] + t * (a + t * (3 * d - 2 * a - b + t * (a + b - 2 * d)))

def logarithm(p, x):
    (form, value), = p["form"].items()
    y = (np.log(np.maximum(x, value["smallest"])) if form == "positive"
         else np.sign(x) * np.log1p(abs(x) / value["unit"]))
    return (y - p["mean"]) / p["deviation"]

def encode(column, cells):
    (kind, rule), = column["rule"].items()
    cells = [c.strip() for c in cells]
    missing = np.array([c.lower() in MISSING for c in cells])
    rank = lambda r: (np.interp(x, r["knots"], r["ranks"]) - 0.5) * 12 ** 0.5
    if kind == "numeric":
        x = np.array([np.nan if m else float(c) for c, m in zip(cells, missing)])
        if column.get("range"):  # far outside what was learned from, codes are missing cells, others are held
            low, high = (column["range"][k] for k in ("smallest", "largest"))
            width, beyond = high - low, np.maximum(low - x, x - high)
            missing |= np.isin(x, CODES) & (beyond > width / 2)
            x = np.clip(x, low - width / 4, high + width / 4)
        x = np.where(missing, rule["fill"], x)
        out = [(x - rule["mean"]) / rule["deviation"]] if "deviation" in rule else []
        out += [rank(rule["ranks"])] if rule.get("ranks") else []
    elif kind == "boolean":
        out = [np.array([{rule["negative"]: -1, rule["positive"]: 1}.get(c, 0) for c in cells]) * 0.5 ** 0.5]
    else:
        out = [np.array([c == level for c in cells]) for level in rule["levels"]]
        if rule["rareLevels"]:
            out.append(np.array([c not in rule["levels"] for c in cells]) & ~missing)
    if rule.get("hasIndicator") or rule.get("hasMissing"):
        out.append(missing)
    for (name, p), in (added.items() for added in column.get("added", [])):
        p = p.get("_0") or rule.get("ranks")
        if name == "normalScore":
            out.append(np.interp(x, p["knots"], [NormalDist().inv_cdf(r) for r in p["ranks"]]))
        elif name == "logarithm":
            out.append(logarithm(p, x))
        elif name == "densityIntegral":
            out.append(cubic(p, out[0]))
        elif name == "missingApart":
            low, high = ((p["ranks"][i] - 0.5) * 12 ** 0.5 for i in (0, -1))
            out += [np.where(missing, end, rank(p)) / 2 for end in (low, high)]
        elif name == "order":
            place = dict(zip(p["levels"], p["coordinates"]))
            out.append(np.array([place.get(c, 0) for c in cells]))
        elif name == "levelStatistics":
            place = {level: i for i, level in enumerate(p["levels"])}
            n = len(place) + p["hasMissing"]
            at = [len(place) if m and p["hasMissing"] else place.get(c, n) for c, m in zip(cells, missing)]
            out += [np.array(mean + [0] * (n + 1 - len(mean)))[at] for mean in p["means"]]
            out += [np.array(p["frequencies"])[at]] if p.get("frequencies") else []
        else:
            sys.exit(f"read_model.py does not know the coordinate {name} of {column['name']}")
    return out

# The text form of a kernel is nearly Python.
class Kernel:
    def __init__(self, f): self.f = f
    def __add__(self, k): return Kernel(lambda x, z: self.f(x, z) + k.f(x, z))
    def __mul__(self, k): return Kernel(lambda x, z: self.f(x, z) * (k.f(x, z) if isinstance(k, Kernel) else k))
    __rmul__ = __mul__
    def __pow__(self, p): return Kernel(lambda x, z: self.f(x, z) ** p)

def differences(a, b): return (abs(a[:, [j]] - b[:, j]) for j in range(a.shape[1]))
def distance(a, b, q=2): return sum(d ** q for d in differences(a, b)) ** (1 / q)

def on_mapped(f):  # f of coordinates that are chosen, then weighed
    def make(on=None, scales=None, transform=None, **more):
        def mapped(x):
            x = x if on is None else x[:, on]
            if scales is not None:  # a coordinate of scale 0 is none
                return x[:, np.array(scales) > 0] * np.array([s for s in scales if s > 0])
            return x @ np.array(transform).T if transform else x
        return Kernel(lambda x, z: f(mapped(x), mapped(z), **more))
    return make

def matern(a, b, smoothness, lengthScale=1):
    r = distance(a, b) / lengthScale * (2 * smoothness) ** 0.5
    return {0.5: 1, 1.5: 1 + r, 2.5: 1 + r + r * r / 3}[smoothness] * np.exp(-r)

def additive(a, b, order=1, lengthScale=1):
    e = [np.exp(-d / lengthScale) for d in differences(a, b)]
    one, n = sum(e) / len(e), len(e)
    pairs = (sum(e) ** 2 - sum(v * v for v in e)) / max(n * (n - 1), 1)
    return one if order == 1 or n == 1 else (one + pairs) / 2

kernels = {name: on_mapped(f) for name, f in {
    "gaussian": lambda a, b, lengthScale=1: np.exp(-(distance(a, b) / lengthScale) ** 2 / 2),
    "laplace": lambda a, b, lengthScale=1: np.exp(-distance(a, b) / lengthScale),
    "productLaplace": lambda a, b, lengthScale=1: np.exp(-distance(a, b, 1) / lengthScale),
    "powerExponential": lambda a, b, q=2, p=1, lengthScale=1: np.exp(-(distance(a, b, q) / lengthScale) ** p),
    "anovaLaplace": lambda a, b, lengthScale=1, weight=1: np.prod(
        [(1 + weight * np.exp(-d / lengthScale)) / (1 + weight) for d in differences(a, b)], axis=0),
    "linear": lambda a, b: a @ b.T, "matern": matern, "additiveLaplace": additive}.items()}
kernels["select"] = lambda k, on: Kernel(lambda x, z: k.f(x[:, on], z[:, on]))

def kernel(text):
    return eval(re.sub(r"(\w+):", r"\1=", text).replace("^", "**"), {"__builtins__": {}}, kernels)

# The prediction: a weighted mean of K(X*, X) α + offsets, and its way back to numbers or probabilities.
rows = list(csv.DictReader(open(sys.argv[2], encoding="utf-8-sig", newline="")))
x = np.column_stack([f for c in model["encoder"]["columns"] for f in encode(c, [r[c["name"]] for r in rows])])
weights = np.array([m.get("weight", 1) for m in model["members"]])
score = sum(w * (kernel(m["kernel"]).f(x * 1.0, tensor["inputs"]) @ tensor[f"coefficients.{i}"] + tensor[f"offsets.{i}"])
            for i, (m, w) in enumerate(zip(model["members"], weights / weights.sum())))
inverse, c = model.get("inverse"), model.get("calibration")
if inverse and inverse["residuals"]:  # the target was transformed: the mean over what predictions miss
    (form, p), = inverse["transform"]["form"].items()
    spread = np.interp(score, inverse["places"], inverse["spreads"])
    z = np.clip(score + spread * np.array(inverse["residuals"]), *(inverse["transform"][k] for k in ("lowerLimit", "upperLimit")))
    if form == "logarithm":
        y = p["shift"] - np.exp(-z) if p["isReflected"] else np.exp(z) - p["shift"]
    else:
        y = np.interp(z, p["_0"]["scores"], p["_0"]["knots"])
    score = y.mean(axis=1, keepdims=True)
if c:
    s = np.hstack([(1 - score) / 2, (1 + score) / 2]) if score.shape[1] == 1 else score
    if c.get("steps"):
        p = np.interp(score[:, 0], c["steps"]["scores"], c["steps"]["probabilities"])
        score = np.column_stack([1 - p, p])
    else:
        e = c.get("floor")
        phi = np.log(e + (s + np.sqrt(s * s + e * e / 16)) / 2) if e else s
        logits = c["scale"] * phi + (phi @ np.array(c["mixing"]).T if c.get("mixing") else 0) + np.array(c.get("shifts") or 0)
        score = np.exp(logits - logits.max(axis=1, keepdims=True))
        score /= score.sum(axis=1, keepdims=True)
    if c.get("shrinkage"):
        score = (1 - c["shrinkage"]) * score + c["shrinkage"] * np.array(c["shares"])
print(",".join("probability_" + n for n in model["target"]["classNames"]) or "prediction")
for line in score:
    print(",".join(repr(float(v)) for v in line))
