"""The tables of the supplement that rest on random numbers or on the integral over a prior."""

from __future__ import annotations

import numpy as np

from recomputation.article_tables import Rows, interval
from recomputation.book import Value, constant, one, percent, probability, within
from recomputation.silent import PHI, PRIORS
from recomputation.whole import Whole


def nrba_claims(whole: Whole) -> Rows:
    rows: Rows = {}
    for entry in whole.ledger.entries:
        s = entry.scale
        before, after, p = whole.bias.shift(entry)
        gap, p_late, known = whole.bias.late(entry)
        value, slack = whole.information[entry.key, entry.place]
        ranges: list[list[Value] | None] = [None, None]
        if (entry.key, entry.place) in whole.proxies:
            made = whole.proxies[entry.key, entry.place]
            ranges = [[within(made.rho, made.rho_slack)], _headline(whole, entry.key, entry.place, s)]
        rows["", whole.short(entry)] = [
            [one(s * before)], [one(s * after)], [one(s * (after - before)), probability(p)],
            [one(s * gap), probability(p_late)] if known else None,
            [within(value, slack), one(whole.bias.unknown(entry))], *ranges,
        ]  # fmt: skip
    return rows


def _headline(whole: Whole, key: str, place: str, scale: float) -> list[Value]:
    made = whole.proxies[key, place]
    weak = made.rho < whole.config["nonresponse"]["weak_rho"]
    allowed = [
        (v, slack)
        for phi, v, slack in zip(PHI, made.values, made.slack, strict=True)
        if np.isfinite(v) and not (weak and phi > 0.5)
    ]
    least, most = min(allowed), max(allowed)
    ends = [within(least[0], least[1], scale), within(most[0], most[1], scale)]
    digits = 0 if scale == 100 else 2
    return ends[:1] if round(scale * least[0], digits) == round(scale * most[0], digits) else ends


def imputation(whole: Whole) -> Rows:
    rows: Rows = {}
    for entry in whole.ledger.entries:
        s = entry.scale
        own, any_item, slack = whole.imputation.incomplete(entry)
        made = whole.imputed[entry.key, entry.place]
        first: list[list[Value] | None] = [[within(own, slack, 100)], [within(any_item, slack, 100)]]
        if entry.place != "all":
            first = [None, None]
        rows["", whole.short(entry)] = [
            *first, interval(entry), [one(entry.estimate.n)],
            [within(made.value, made.slack, s), within(made.low, made.interval_slack, s),
             within(made.high, made.interval_slack, s)],
            [one(made.n)], [within(made.fmi, made.fmi_slack)], [],
        ]  # fmt: skip
    return rows


def multiverse(whole: Whole) -> Rows:
    rows: Rows = {}
    for entry in whole.ledger.entries:
        made = whole.points[entry.key, entry.place]
        s = entry.scale
        least, most = made.least, made.most
        shift, rivals = made.shift(entry.estimate.value), made.rivals(entry.estimate.value)
        rows["", whole.short(entry)] = [
            [one(s * entry.estimate.value)], [one(made.distinct)],
            [within(*least, s), within(*most, s)], [_shift(shift, rivals, s)], [], [],
        ]  # fmt: skip
    for (key, name), made in whole.otherwise.items():
        value = whole.counted(key, name)
        rows["*", whole.label(name)] = [
            [percent(value)], [one(made.distinct)], [within(*made.least, 100), within(*made.most, 100)],
            [percent(value - whole.ledger.of(key).estimate.value)], [], [],
        ]  # fmt: skip
    return rows


def _shift(largest: tuple[float, float], rivals: tuple[float, ...], scale: float) -> Value:
    value, slack = largest
    kind = "simulated" if slack or rivals else "recomputed"
    return Value(scale * value, kind, scale * slack, others=tuple(scale * r for r in rivals))


def not_at_random(whole: Whole) -> Rows:
    rows: Rows = {}
    for entry in whole.ledger.entries:
        if entry.equivalence:
            continue
        cells: list[list[Value] | None] = [[percent(entry.estimate.value)]]
        for name in PRIORS:
            made = whole.posteriors.get((entry.key, entry.place))
            if made is None:
                cells += [None, None]
                continue
            cells += [[percent(v) for v in (made[name].mean, made[name].low, made[name].high)],
                      [probability(made[name].above)]]  # fmt: skip
        rows["", whole.short(entry)] = cells
    return rows


def proxy(whole: Whole) -> Rows:
    rows: Rows = {("", "(header)"): [[], *[constant(phi) for phi in PHI]]}
    for entry in whole.ledger.entries:
        made = whole.proxies.get((entry.key, entry.place))
        if made is None:
            rows["", whole.short(entry)] = [None] * 6
            continue
        least, most = entry.claim.get("range", (0, 1))
        values = [
            None if not (np.isfinite(v) and least <= v <= most) else [within(v, slack, entry.scale)]
            for v, slack in zip(made.values, made.slack, strict=True)
        ]
        rows["", whole.short(entry)] = [[within(made.rho, made.rho_slack)], *values]
    return rows


TABLES = {
    "tbl-nrba-claims": nrba_claims, "tbl-imputation": imputation, "tbl-multiverse": multiverse,
    "tbl-not-at-random": not_at_random, "tbl-proxy": proxy,
}  # fmt: skip
