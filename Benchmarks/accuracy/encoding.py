"""Tables as matrices, for peers that need them.

Numbers are standardised by the training rows. Categories become one column a level of the training
rows, levels sorted as text, a missing cell being a level of its own. Trees get missing numbers as
NaN; other peers get the median of the training rows and a column that says where a cell was missing.
"""

import dataclasses

import numpy as np
import pandas as pd
from tables import TARGET


@dataclasses.dataclass
class Encoded:
    """Two matrices of equal columns, and the targets; classes are numbered from 0."""

    training: np.ndarray
    held_out: np.ndarray
    training_target: np.ndarray
    held_out_target: np.ndarray
    # None for regression.
    class_count: int | None
    # Where the one-hot columns of each category begin and end; all other columns are numbers.
    categories: list[tuple[int, int]]


def standardised(columns, training_columns):
    deviation = np.nanstd(training_columns, axis=0)
    deviation[deviation == 0] = 1
    return (columns - np.nanmean(training_columns, axis=0)) / deviation


def number_columns(table, names, filled):
    """The numbers of both parts, side by side."""
    parts = [part[names].to_numpy(dtype=np.float64) for part in table]
    if filled:
        median = np.nanmedian(parts[0], axis=0)
        absent = np.isnan(parts[0]).any(axis=0)
        parts = [
            np.hstack([np.where(np.isnan(part), median, part), np.isnan(part)[:, absent]])
            for part in parts
        ]
    return [standardised(part, parts[0]) for part in parts]


def category_columns(table, name, is_scaled):
    texts = [part[name].astype(object).where(part[name].notna(), "").astype(str) for part in table]
    levels = np.array(sorted(set(texts[0])))
    parts = [(text.to_numpy()[:, None] == levels).astype(np.float64) for text in texts]
    return [standardised(part, parts[0]) for part in parts] if is_scaled else parts


def targets(table):
    training, held_out = (part[TARGET] for part in table)
    if pd.api.types.is_numeric_dtype(training):
        return training.to_numpy(float), held_out.to_numpy(float), None
    names = np.unique([*training, *held_out])
    return *(np.searchsorted(names, part.astype(str)) for part in (training, held_out)), len(names)


def encode(training, held_out, filled, scales_categories):
    """`filled`: whether missing numbers are put in; `scales_categories`: one-hot columns, too."""
    table = (training, held_out)
    features = training.columns.drop(TARGET)
    numbers = [name for name in features if pd.api.types.is_numeric_dtype(training[name])]
    blocks = [number_columns(table, numbers, filled)]
    categories, width = [], blocks[0][0].shape[1]
    for name in features.drop(numbers):
        blocks.append(category_columns(table, name, scales_categories))
        categories.append((width, width + blocks[-1][0].shape[1]))
        width = categories[-1][1]
    first, second = (np.hstack([block[i] for block in blocks]) for i in (0, 1))
    return Encoded(first, second, *targets(table), categories)
