"""How the cells of a column become coordinates: by its rule, then what was added to it."""
import sys
from statistics import NormalDist
import numpy as np

# Codes for a missing cell, where they lie far outside the numbers that were learned from.
CODES = [0, 9, 99, 999, 9999, 99999, -1, -9, -99, -999, -9999, -99999]
MISSING = {"", "na", "n/a", "#n/a", "<na>", "nan", "null", "none", "?"}


def coordinates(columns, rows):
    """The coordinates of rows of text, n × d."""
    parts = [encoded(column, [row[column["name"]] for row in rows]) for column in columns]
    return np.column_stack(sum(parts, [])).astype(float)


def encoded(column, cells):
    """The coordinates of one column of text, each of as many numbers as there are cells."""
    ((kind, rule),) = column["rule"].items()
    cells = [cell.strip() for cell in cells]
    missing = np.array([cell.lower() in MISSING for cell in cells])
    if kind == "numeric":
        numbers = np.array([np.nan if m else float(cell) for cell, m in zip(cells, missing)])
        numbers, missing = held(numbers, missing, column.get("range"))
        numbers = np.where(missing, rule["fill"], numbers)
        result = [(numbers - rule["mean"]) / rule["deviation"]] if "deviation" in rule else []
        result += [rank(rule["ranks"], numbers)] if rule.get("ranks") else []
    elif kind == "boolean":
        signs = {rule["negative"]: -1, rule["positive"]: 1}
        numbers, result = None, [np.array([signs.get(cell, 0) for cell in cells]) * 0.5**0.5]
    elif kind == "category":
        numbers, result = None, [np.array([cell == level for cell in cells]) for level in rule["levels"]]
        if rule["rareLevels"]:
            result.append(np.array([cell not in rule["levels"] for cell in cells]) & ~missing)
    else:
        sys.exit(f"the rule {kind} of the column {column['name']} is unknown here")
    if rule.get("hasIndicator") or rule.get("hasMissing"):
        result.append(missing)
    for added in column.get("added", []):
        ((name, parameters),) = added.items()
        if name not in ADDED:
            sys.exit(f"the coordinate {name} of the column {column['name']} is unknown here")
        parameters = parameters.get("_0") or rule.get("ranks")
        result += ADDED[name](parameters, cells, missing, numbers, result[0])
    return result


def held(numbers, missing, learned):
    """Numbers far outside those learned from: codes are missing cells, others are held a quarter beyond."""
    if not learned:
        return numbers, missing
    low, high = learned["smallest"], learned["largest"]
    beyond = np.maximum(low - numbers, numbers - high)
    missing = missing | (np.isin(numbers, CODES) & (beyond > (high - low) / 2))
    return np.clip(numbers, low - (high - low) / 4, high + (high - low) / 4), missing


def rank(p, x):
    """The share of the numbers learned from that are below, to variance 1."""
    return (np.interp(x, p["knots"], p["ranks"]) - 0.5) * 12**0.5


def normal_score(p, cells, missing, x, z):
    return [np.interp(x, p["knots"], [NormalDist().inv_cdf(r) for r in p["ranks"]])]


def logarithm(p, cells, missing, x, z):
    ((form, value),) = p["form"].items()
    if form == "positive":
        y = np.log(np.maximum(x, value["smallest"]))
    else:
        y = np.sign(x) * np.log1p(abs(x) / value["unit"])
    return [(y - p["mean"]) / p["deviation"]]


def density_integral(p, cells, missing, x, z):
    """Cubic pieces of the standardised number, with slopes that keep them monotone."""
    k, v, s = (np.array(p[key]) for key in ("knots", "values", "slopes"))
    i = np.clip(np.searchsorted(k, z) - 1, 0, len(k) - 2)
    width, rise = k[i + 1] - k[i], v[i + 1] - v[i]
    t = np.clip((z - k[i]) / width, 0, 1)
    a, b = np.minimum(s[i] * width, 3 * rise), np.minimum(s[i + 1] * width, 3 * rise)
    return [v[i] + t * (a + t * (3 * rise - 2 * a - b + t * (a + b - 2 * rise)))]


def missing_apart(p, cells, missing, x, z):
    """The rank twice, a missing cell once below all others and once above."""
    ends = [(p["ranks"][i] - 0.5) * 12**0.5 for i in (0, -1)]
    return [np.where(missing, end, rank(p, x)) / 2 for end in ends]


def order(p, cells, missing, x, z):
    places = dict(zip(p["levels"], p["coordinates"]))
    return [np.array([places.get(cell, 0) for cell in cells])]


def level_statistics(p, cells, missing, x, z):
    """What was learned of each level: means of targets, and how often it was there."""
    places = {level: i for i, level in enumerate(p["levels"])}
    count = len(places) + p["hasMissing"]
    at = [len(places) if m and p["hasMissing"] else places.get(cell, count) for cell, m in zip(cells, missing)]
    result = [np.array(mean + [0] * (count + 1 - len(mean)))[at] for mean in p["means"]]
    return result + ([np.array(p["frequencies"])[at]] if p.get("frequencies") else [])


ADDED = {
    "normalScore": normal_score, "logarithm": logarithm, "densityIntegral": density_integral,
    "missingApart": missing_apart, "order": order, "levelStatistics": level_statistics,
}
