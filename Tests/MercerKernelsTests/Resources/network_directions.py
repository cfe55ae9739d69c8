"""Writes network_directions.json: networks on nearly parallel and nearly opposite inputs, where a
kernel made from acos loses half of its digits. Recursions of Cho & Saul (2009) and Jacot et al.
(2018) in 60-digit arithmetic: python3 network_directions.py > network_directions.json"""

import json
import random

import mpmath as mp

mp.mp.dps = 60
random.seed(7)
D = 20
base = [random.gauss(0.5, 1) for _ in range(D)]
points = [base, [random.gauss(0.5, 1) for _ in range(D)]]
for eps in (1e-1, 1e-2, 1e-3, 1e-5, 1e-7, 1e-10):
    for sign in (1, -1):
        points.append([sign * 1.7 * (v + eps * random.gauss(0, 1)) for v in base])

RELU, ABS, LEAKY = (0, 1), (-1, 1), (0.9, 1)
NETWORKS = [
    {"weightVariance": 2.0, "biasVariance": 0.0, "slopes": RELU, "depth": 8},
    {"weightVariance": 1.5, "biasVariance": 0.25, "slopes": RELU, "depth": 8},
    {"weightVariance": 1.0, "biasVariance": 0.0, "slopes": ABS, "depth": 4},
    {"weightVariance": 1.0, "biasVariance": 0.01, "slopes": LEAKY, "depth": 4},
]


def kernels(network, x, z):
    w, v = mp.mpf(network["weightVariance"]), mp.mpf(network["biasVariance"])
    a, b = (mp.mpf(s) for s in network["slopes"])
    dot = lambda s, t: mp.fsum(mp.mpf(i) * mp.mpf(j) for i, j in zip(s, t)) / D
    p, q, k, t = dot(x, x), dot(z, z), dot(x, z), mp.mpf(0)
    kappa = lambda angle: (mp.sin(angle) + (mp.pi - angle) * mp.cos(angle)) / mp.pi
    for layer in range(network["depth"] + 1):
        p, q, k, t = w * p + v, w * q + v, w * k + v, w * t + w * k + v
        if layer == network["depth"]:
            return float(k), float(t)
        m = mp.sqrt(p * q)
        angle = mp.acos(max(-1, min(1, k / m)))
        k = m * ((a * a + b * b) * kappa(angle) - 2 * a * b * kappa(mp.pi - angle)) / 2
        t *= ((a * a + b * b) * (mp.pi - angle) + 2 * a * b * angle) / (2 * mp.pi)
        p, q = p * (a * a + b * b) / 2, q * (a * a + b * b) / 2


for network in NETWORKS:
    values = [[kernels(network, x, z) for z in points] for x in points]
    network["nngp"] = [[k for k, _ in row] for row in values]
    network["ntk"] = [[t for _, t in row] for row in values]
print(json.dumps({"points": points, "networks": NETWORKS}))
