"""The peers: each is a function from the encoded training rows to a predictor.

A predictor gives numbers for regression, and for classes one column of scores a class.
"""

import numpy as np

SEED = 0
# Rows that xRFM learns from, at most.
XRFM_ROWS = 10_000
# Rows that xRFM holds out to choose among its iterations, and its time limit in seconds, which is
# long enough not to matter.
VALIDATION_SHARE, XRFM_SECONDS = 0.2, 240


def boosting(data, regressor, classifier, **parameters):
    """Any of the boosting packages, which share scikit-learn's way to be called."""
    model = (classifier if data.class_count else regressor)(**parameters)
    model.fit(data.training, data.training_target)
    return model.predict_proba if data.class_count else model.predict


def xgboost(data, threads, **rounds):
    import xgboost

    return boosting(data, xgboost.XGBRegressor, xgboost.XGBClassifier,
                    n_jobs=threads, random_state=SEED, **rounds)


def lightgbm(data, threads, **rounds):
    import lightgbm

    return boosting(data, lightgbm.LGBMRegressor, lightgbm.LGBMClassifier,
                    n_jobs=threads, random_state=SEED, verbose=-1, **rounds)


def catboost(data, threads):
    import catboost

    return boosting(data, catboost.CatBoostRegressor, catboost.CatBoostClassifier,
                    thread_count=threads, random_seed=SEED, verbose=False,
                    allow_writing_files=False)


def histogram_boosting(data, threads):
    # Its threads are those of OpenMP, whose number is in the environment.
    from sklearn import ensemble

    return boosting(data, ensemble.HistGradientBoostingRegressor,
                    ensemble.HistGradientBoostingClassifier, random_state=SEED)


def tuned_ridge(data, threads):
    # Its threads are those of BLAS, whose number is in the environment.
    import ridge

    if data.class_count:
        return ridge.fit(data.training, np.eye(data.class_count)[data.training_target], False)
    predict = ridge.fit(data.training, data.training_target[:, None], True)
    return lambda x: predict(x)[:, 0]


def xrfm(data, threads):
    """xRFM as it comes; one-hot columns unscaled and named to it, as its authors advise."""
    import torch
    from xrfm import xRFM

    x, y = data.training[:XRFM_ROWS], data.training_target[:XRFM_ROWS]
    center, scale = 0.0, 1.0
    if not data.class_count:
        center, scale = y.mean(), y.std()
        y = (y - center) / scale
    in_category = {i for begin, end in data.categories for i in range(begin, end)}
    numbers = [i for i in range(x.shape[1]) if i not in in_category]
    categories = {
        "numerical_indices": torch.tensor(numbers, dtype=torch.long),
        "categorical_indices": [torch.arange(*place) for place in data.categories],
        "categorical_vectors": [torch.eye(end - begin) for begin, end in data.categories],
    }
    model = xRFM(device=torch.device("cpu"), n_threads=threads, random_state=SEED, verbose=False,
                 time_limit_s=XRFM_SECONDS,
                 categorical_info=categories if data.categories else None)
    count = int((1 - VALIDATION_SHARE) * len(x))
    model.fit(x[:count], y[:count], x[count:], y[count:])
    if data.class_count:
        return model.predict_proba
    return lambda x: model.predict(x).ravel() * scale + center
