"""Who Mercer is compared with, from fast to slow."""

import dataclasses
import functools
import pathlib
import typing

import models


@dataclasses.dataclass(frozen=True)
class Peer:
    name: str
    # The package whose version is pinned in requirements.txt.
    package: str
    # What is loaded before the clock starts.
    module: str
    # From encoded rows and a number of threads to a predictor.
    fit: typing.Callable
    # Whether it is a tree, which gets missing cells as they are.
    is_tree: bool = True
    scales_categories: bool = True
    has_probabilities: bool = True
    # Whether it runs without being asked for.
    is_default: bool = True


def thousand(name, package, module, fit):
    """A boosting package with as many rounds as CatBoost has by default."""
    return Peer(
        f"{name}-1000", package, module, functools.partial(fit, n_estimators=1_000),
        is_default=False)


# All have the defaults of their packages, except the tuned ridge (ridge.py);
# docs/benchmarks-accuracy.md says what these are.
ALL = [
    Peer("lightgbm", "lightgbm", "lightgbm", models.lightgbm),
    Peer("xgboost", "xgboost-cpu", "xgboost", models.xgboost),
    Peer("histogram boosting", "scikit-learn", "sklearn.ensemble", models.histogram_boosting),
    Peer("tuned ridge", "scipy", "ridge", models.tuned_ridge,
         is_tree=False, has_probabilities=False),
    Peer("catboost", "catboost", "catboost", models.catboost),
    Peer("xrfm", "xrfm", "xrfm", models.xrfm, is_tree=False, scales_categories=False),
    thousand("lightgbm", "lightgbm", "lightgbm", models.lightgbm),
    thousand("xgboost", "xgboost-cpu", "xgboost", models.xgboost),
]
BY_NAME = {peer.name: peer for peer in ALL}
DEFAULT = [peer.name for peer in ALL if peer.is_default]


def versions():
    """The version of each package, as pinned."""
    text = (pathlib.Path(__file__).parent / "requirements.txt").read_text()
    return dict(line.split("==") for line in text.split())
