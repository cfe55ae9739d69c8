"""Numbers made of many errors: ranks, ratios, means and spreads."""

import math
import statistics


def ranks(errors):
    """The rank of each learner from 1; ties share their mean, learners without a result are last.

    >>> ranks({"a": 0.2, "b": 0.1, "c": 0.2, "d": None})
    {'a': 2.5, 'b': 1.0, 'c': 2.5, 'd': 4.0}
    """
    values = {name: math.inf if error is None else error for name, error in errors.items()}
    ordered = sorted(values.values())
    return {
        name: ordered.index(value) + 1 + (ordered.count(value) - 1) / 2
        for name, value in values.items()
    }


def mean_ranks(errors_of_tables):
    """The mean rank of each learner; all tables have the same learners.

    >>> mean_ranks([{"a": 0.2, "b": 0.1}, {"a": 0.3, "b": 0.3}])
    {'a': 1.75, 'b': 1.25}
    """
    each = [ranks(errors) for errors in errors_of_tables]
    return {name: statistics.fmean(one[name] for one in each) for name in each[0]} if each else {}


def geometric_mean(values):
    """
    >>> round(geometric_mean([0.5, 2.0, 8.0]), 12)
    2.0
    """
    return math.exp(statistics.fmean(math.log(value) for value in values))


def ratio(error, other, smallest):
    """One error over another; none at all counts as `smallest`, half a wrong row.

    >>> ratio(0.0, 0.01, 0.005), ratio(0.0, 0.0, 0.005), ratio(0.03, 0.02, 0.005)
    (0.5, 1.0, 1.5)
    """
    return max(error, smallest) / max(other, smallest)


def best(errors, names):
    """The name of the least error among those that have one, or None.

    >>> best({"a": 0.2, "b": 0.1, "c": None}, ["a", "c"])
    'a'
    """
    having = [name for name in names if errors.get(name) is not None]
    return min(having, key=lambda name: errors[name]) if having else None


def mean_and_spread(values):
    """The mean and the standard deviation of a sample; no spread of fewer than two.

    >>> mean_and_spread([1.0, 3.0])
    (2.0, 1.4142135623730951)
    >>> mean_and_spread([1.0])
    (1.0, None)
    """
    return statistics.fmean(values), statistics.stdev(values) if len(values) > 1 else None
