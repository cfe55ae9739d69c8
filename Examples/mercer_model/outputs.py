"""What the scores of a model mean: numbers in the target's units, or probabilities of classes."""
import numpy as np


def of(model, scores):
    """The predictions, one row for each row of scores."""
    if model.get("calibration"):
        return probabilities(model["calibration"], scores)
    if model.get("inverse", {}).get("residuals"):
        return untransformed(model["inverse"], scores)
    return scores


def untransformed(p, scores):
    """The target was transformed: the mean of the way back, over what predictions miss."""
    transform = p["transform"]
    ((form, value),) = transform["form"].items()
    spread = np.interp(scores, p["places"], p["spreads"])
    z = np.clip(scores + spread * np.array(p["residuals"]), transform["lowerLimit"], transform["upperLimit"])
    if form == "logarithm":
        y = value["shift"] - np.exp(-z) if value["isReflected"] else np.exp(z) - value["shift"]
    else:
        y = np.interp(z, value["_0"]["scores"], value["_0"]["knots"])
    return y.mean(axis=1, keepdims=True)


def probabilities(p, scores):
    """One score of two classes stands for both; steps or a softmax make probabilities of scores."""
    if p.get("steps"):
        second = np.interp(scores[:, 0], p["steps"]["scores"], p["steps"]["probabilities"])
        result = np.column_stack([1 - second, second])
    else:
        s = np.hstack([(1 - scores) / 2, (1 + scores) / 2]) if scores.shape[1] == 1 else scores
        floor = p.get("floor")
        phi = np.log(floor + (s + np.sqrt(s * s + floor * floor / 16)) / 2) if floor else s
        logits = p["scale"] * phi + np.array(p.get("shifts") or 0)
        if p.get("mixing"):
            logits = logits + phi @ np.array(p["mixing"]).T
        result = np.exp(logits - logits.max(axis=1, keepdims=True))
        result /= result.sum(axis=1, keepdims=True)
    shrinkage = p.get("shrinkage") or 0
    return (1 - shrinkage) * result + shrinkage * np.array(p["shares"]) if shrinkage else result
