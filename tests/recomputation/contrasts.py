"""The claims asked of everybody, among those at the level of the scenario's variable and among all others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from recomputation.article_tables import Rows
from recomputation.book import Saying, constant, one, say
from recomputation.design import Estimate, mean, t_interval, variance
from recomputation.ledger import Entry
from recomputation.whole import Whole


@dataclass
class Contrast:
    """Estimates at the level and among the others, and the first less the second with its interval."""

    entry: Entry
    here: Estimate
    others: Estimate
    gap: tuple[float, float, float]


def contrasts(whole: Whole) -> list[Contrast]:
    """One for each claim whose question was put to both; who did not say is one of the others."""
    survey = whole.survey
    routed = {r["variable"] for r in whole.config["cleaning"]["recodes"] if r["type"] == "routed_no"}
    fixed = routed | {whole.config["sensitivity"]["scenario"]["variable"]}
    inside, made = survey.reads == 1, []
    for entry in whole.headlines:
        if entry.claim["variable"] in fixed or entry.claim["base"] == "readers":
            continue
        y, share = survey.answers[entry.key], not entry.equivalence
        parts = [mean(survey.primary, y, side, share=share, level=survey.level) for side in (inside, ~inside)]
        known = y.notna().to_numpy()
        df = int(known.sum()) - survey.primary.cell[known].nunique() - 1
        value = parts[0].value - parts[1].value
        se = float(np.sqrt(variance(survey.primary, parts[0].influence - parts[1].influence)))
        made.append(Contrast(entry, *parts, (value, *t_interval(value, se, df, survey.level))))
    return made


def level_contrast(whole: Whole) -> Rows:
    rows: Rows = {}
    for made in contrasts(whole):
        s = made.entry.scale
        cells = []
        for part in (made.here, made.others):
            cells += [[one(part.n)], [one(s * v) for v in (part.value, part.low, part.high)]]
        rows["", whole.short(made.entry)] = [*cells, [one(s * v) for v in made.gap]]
    return rows


def level_sayings(whole: Whole) -> Iterator[Saying]:
    level = constant(whole.interval_percent)
    yield say("with {}% intervals", level)
    for made in contrasts(whole):
        s, sign = made.entry.scale, "" if made.entry.equivalence else "%"
        gap = [one(s * v) for v in made.gap]
        yield say(
            f"For {made.entry.key} the ~~ are {{}}{sign} against {{}}{sign} "
            "(difference {} ~~, {}% interval {} to {})",
            one(s * made.here.value), one(s * made.others.value), gap[0], level, gap[1:],
        )  # fmt: skip
        yield say(f"{made.entry.key} ({{}}{sign})", one(s * made.others.value), source="level-contrast|^$")
