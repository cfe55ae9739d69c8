"""Which rows are learned from and which are held out."""

import numpy as np

# The first is the split whose errors are compared with published ones; the others show the spread.
SEEDS = (20261121, 1, 2, 3, 4, 5)
TRAINING_SHARE = 0.8


def split(table, seed):
    """The training rows and the held-out rows, each in the order of the split.

    The first seed takes the table's own split, a column `split`, where there is one.

    >>> import pandas as pd
    >>> table = pd.DataFrame({"a": range(5), "split": ["train", "test"] * 2 + ["train"]})
    >>> [list(part.a) for part in split(table, SEEDS[0])]
    [[0, 2, 4], [1, 3]]
    >>> training, held_out = split(table, SEEDS[1])
    >>> len(training), len(held_out), list(training.columns)
    (4, 1, ['a'])
    >>> sorted([*training.a, *held_out.a])
    [0, 1, 2, 3, 4]
    """
    features = table.drop(columns="split", errors="ignore")
    if seed == SEEDS[0] and "split" in table:
        return features[table["split"] == "train"], features[table["split"] == "test"]
    order = np.random.RandomState(seed).permutation(len(table))
    count = int(TRAINING_SHARE * len(table))
    return features.iloc[order[:count]], features.iloc[order[count:]]
