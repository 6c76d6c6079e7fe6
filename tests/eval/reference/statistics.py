#!/usr/bin/env python3
"""Writes statistics.json: what scipy and numpy say, for tests/eval/stats_reference_test.cpp. Needs scipy and numpy; the
tests do not.

    python3 tests/eval/reference/statistics.py > tests/eval/reference/statistics.json
"""
import itertools
import json
import math
from collections import Counter
from fractions import Fraction

import numpy as np
from scipy import stats

DRAWS = 20000
rng = np.random.default_rng(20251001)


def rounded(values):
    return [round(float(v), 12) for v in np.ravel(values)]


def mean_cases():
    """Means over problems: Student's t and BCa without widening."""
    for problems, samples, a, b in [(12, 8, 1.0, 1.0), (30, 16, 2.0, 1.0), (60, 4, 0.6, 1.4), (200, 16, 3.0, 0.8)]:
        values = rng.binomial(samples, rng.beta(a, b, problems)) / samples
        t = stats.ttest_1samp(values, 0).confidence_interval(0.95)
        bca = stats.bootstrap((values,), np.mean, n_resamples=DRAWS, method="BCa", random_state=1).confidence_interval
        yield {"values": rounded(values), "mean": float(np.mean(values)), "t": rounded(t), "bca": rounded(bca)}


def ratio_cases():
    """Sums over sums, by cluster: BCa of the ratio over resampled pairs."""
    for clusters, largest in [(25, 6), (80, 12)]:
        of = rng.integers(1, largest + 1, clusters)
        sums = rng.binomial(of, rng.beta(1.5, 1.0, clusters))

        def ratio(s, o, axis=-1):
            return np.sum(s, axis=axis) / np.sum(o, axis=axis)

        bca = stats.bootstrap((sums, of), ratio, paired=True, n_resamples=DRAWS, method="BCa", random_state=2)
        yield {
            "sum": rounded(sums),
            "of": rounded(of),
            "ratio": float(ratio(sums, of)),
            "bca": rounded(bca.confidence_interval),
        }


def paired_cases():
    for problems, samples, gain in [(20, 8, 0.1), (60, 16, 0.05)]:
        skill = rng.beta(1.2, 1.2, problems)
        a = rng.binomial(samples, np.clip(skill + gain, 0, 1)) / samples
        b = rng.binomial(samples, skill) / samples
        t = stats.ttest_rel(a, b).confidence_interval(0.95)
        yield {"a": rounded(a), "b": rounded(b), "difference": float(np.mean(a - b)), "t": rounded(t)}


def exact_cases():
    """All problems right: Clopper and Pearson's lower limit with as many trials as problems."""
    for problems in [2, 10, 30, 500]:
        limits = stats.binomtest(problems, problems).proportion_ci(0.95, method="exact")
        yield {"problems": problems, "lo": float(limits.low), "hi": float(limits.high)}


def pass_cases():
    """pass@k: the chance that a hypergeometric draw is not empty of right ones."""
    for n, c, k in [(16, 0, 4), (16, 1, 1), (16, 1, 8), (16, 5, 3), (64, 3, 32), (200, 7, 25), (16, 14, 3), (4, 4, 4)]:
        yield {"n": n, "c": c, "k": k, "pass": float(stats.hypergeom.sf(0, n, c, k))}


def majority(groups, values, k):
    """By listing every draw of k: groups[i] is a sample's answer (-1: none), values[g] the share of group g that is right."""
    total = Fraction(0)
    draws = 0
    for drawn in itertools.combinations(groups, k):
        draws += 1
        votes = Counter(g for g in drawn if g >= 0)
        if not votes:
            continue
        most = max(votes.values())
        winners = [g for g, count in votes.items() if count == most]
        total += sum(values[g] for g in winners) / len(winners)
    return float(total / draws)


def majority_cases():
    for groups, right in [
        ([0, 0, 1, 2, 2, 2, -1, 3], {0}),
        ([0, 1, 2, 3, 4], {3}),
        ([0, 0, 0, 1, 1, 1, -1, -1, -1, -1], {1}),
        ([0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5], {0, 5}),
        ([-1, -1, -1, 0], {0}),
    ]:
        values = {g: Fraction(1 if g in right else 0) for g in groups if g >= 0}
        for k in range(1, len(groups) + 1):
            yield {
                "groups": groups,
                "right": [g in right for g in groups],
                "k": k,
                "majority": majority(groups, values, k),
            }


def beta_pass(a, b, k):
    """E[1 - (1 - p)^k] for p ~ Beta(a, b): the truth that the coverage test is held to."""
    return 1 - math.exp(math.lgamma(b + k) - math.lgamma(b) + math.lgamma(a + b) - math.lgamma(a + b + k))


def truth_cases():
    for a, b, k in [(1.0, 1.0, 1), (2.0, 1.5, 4), (0.7, 1.3, 8)]:
        by_hand = stats.beta.expect(lambda p: 1 - (1 - p) ** k, args=(a, b))
        assert abs(by_hand - beta_pass(a, b, k)) < 1e-6
        yield {"a": a, "b": b, "k": k, "pass": beta_pass(a, b, k)}


def matched_cases():
    """Accuracy read between points, linear in the logarithm of the budget: numpy's own interpolation."""
    budgets = [1000.0, 2500.0, 6000.0, 20000.0]
    accuracies = [0.41, 0.57, 0.55, 0.72]
    for at in [1000.0, 1001.0, 2000.0, 2500.0, 4000.0, 12345.0, 20000.0]:
        yield {
            "budgets": budgets,
            "accuracies": accuracies,
            "at": at,
            "read": float(np.interp(np.log(at), np.log(budgets), accuracies)),
        }


def main():
    cases = {
        "mean": mean_cases(),
        "ratio": ratio_cases(),
        "paired": paired_cases(),
        "exact": exact_cases(),
        "pass": pass_cases(),
        "majority": majority_cases(),
        "truth": truth_cases(),
        "matched": matched_cases(),
    }
    print(json.dumps({name: list(rows) for name, rows in cases.items()}, separators=(",", ":")))


main()
