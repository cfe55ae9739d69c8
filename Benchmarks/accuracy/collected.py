"""The results of a run, by table and split, and what is asked of them."""

import statistics

import summary

MERCER = "Mercer"
BOOSTING = "catboost"


class Collected:
    """`results` has, by table and seed, the result of each learner; learners may be missing."""

    def __init__(self, tables, seeds, learners, results):
        self.tables = [table for table in tables if any(
            results.get((table.name, seed)) for seed in seeds)]
        self.seeds = seeds
        self.results = results
        present = {name for one in results.values() for name in one}
        self.learners = [name for name in learners if name in present]
        self.peers = [name for name in self.learners if name != MERCER]

    def values(self, table, seed, measure="error"):
        """A measure of each learner on a split; None where there is none."""
        return {
            name: result.get(measure)
            for name, result in self.results.get((table.name, seed), {}).items()
        }

    def common_seeds(self, table):
        """The splits that every learner with any result on this table was run on."""
        runs = {seed: set(self.results.get((table.name, seed), {})) for seed in self.seeds}
        everyone = set().union(*runs.values())
        return [seed for seed in self.seeds if runs[seed] == everyone and everyone]

    def over_seeds(self, table, measure="error"):
        """Mean and spread of each learner over the common splits; None where one has no value."""
        each = [self.values(table, seed, measure) for seed in self.common_seeds(table)]
        found = {}
        for name in each[0] if each else []:
            values = [one[name] for one in each]
            is_whole = all(value is not None for value in values)
            found[name] = summary.mean_and_spread(values) if is_whole else None
        return found

    def means(self, table, measure="error"):
        return {name: value and value[0] for name, value in self.over_seeds(table, measure).items()}

    def errors(self, over_all):
        """By table the errors on the first split, or their means over all."""
        return {
            table.name: self.means(table) if over_all else self.values(table, self.seeds[0])
            for table in self.tables
        }

    def smallest(self, table):
        """What an error of 0 counts as in a ratio: half a wrong row."""
        rows = next(
            result["rows"][1]
            for seed in self.seeds
            for result in self.results.get((table.name, seed), {}).values())
        return 0.5 / rows if table.is_classes else 0.0

    def ratios(self, over_all):
        """By table Mercer's error over CatBoost's, and over the best peer's with its name."""
        found = {}
        for table in self.tables:
            errors = self.errors(over_all)[table.name]
            best, mine = summary.best(errors, self.peers), errors.get(MERCER)
            if mine is None or best is None:
                continue
            smallest, other = self.smallest(table), errors.get(BOOSTING)
            found[table.name] = (
                None if other is None else summary.ratio(mine, other, smallest),
                summary.ratio(mine, errors[best], smallest), best)
        return found

    def mean_ranks(self, over_all):
        """Over the tables where every learner ran, whether it ended in time or not."""
        everything = [
            errors for errors in self.errors(over_all).values() if set(errors) == set(self.learners)]
        return summary.mean_ranks(everything), len(everything)

    def excess_log_loss(self):
        """Mercer's mean log loss on the first split less the best peer's, averaged over tables."""
        gaps = []
        for table in self.tables:
            losses = self.values(table, self.seeds[0], "log_loss")
            best, mine = summary.best(losses, self.peers), losses.get(MERCER)
            if best is not None and mine is not None:
                gaps.append(mine - losses[best])
        return statistics.fmean(gaps) if gaps else None

