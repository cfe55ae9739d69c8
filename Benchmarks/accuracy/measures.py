"""How wrong predictions are, by the definitions that Mercer's metrics have."""

import numpy as np

CALIBRATION_BINS = 15
LEAST_PROBABILITY = 1e-15


def regression(predicted, target):
    """The root mean squared error over the standard deviation of the held-out targets.

    >>> regression(np.array([1.0, 1.0]), np.array([0.0, 2.0]))
    {'error': 1.0}
    """
    return {"error": float(np.sqrt(np.mean((predicted - target) ** 2)) / np.std(target))}


def classes(scores, target, are_probabilities):
    """The share of wrong classes; of probabilities, the mean −log p and the calibration error, too.

    The calibration error is the mean gap between confidence and accuracy over 15 equally wide bins
    (Guo et al. 2017, equation 3).

    >>> classes(np.array([[0.5, 0.5], [0.0, 1.0]]), np.array([1, 1]), False)
    {'error': 0.5}
    >>> got = classes(np.array([[0.75, 0.25], [0.0, 1.0]]), np.array([0, 1]), True)
    >>> {name: round(value, 6) for name, value in got.items()}
    {'error': 0.0, 'log_loss': 0.143841, 'calibration_error': 0.125}
    """
    best = scores.argmax(axis=1)
    result = {"error": float(np.mean(best != target))}
    if are_probabilities:
        rows = np.arange(len(target))
        confidence, right = scores[rows, best], best == target
        bins = np.minimum((confidence * CALIBRATION_BINS).astype(int), CALIBRATION_BINS - 1)
        gaps = np.bincount(bins, weights=confidence - right, minlength=CALIBRATION_BINS)
        result["log_loss"] = float(
            np.mean(-np.log(np.maximum(scores[rows, target], LEAST_PROBABILITY))))
        result["calibration_error"] = float(np.abs(gaps).sum() / len(target))
    return result
