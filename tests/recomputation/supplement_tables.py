"""The tables of the supplement that are computed without random numbers, cell by cell."""

from __future__ import annotations

import numpy as np
from scipy import stats

from recomputation.article_tables import Rows, interval
from recomputation.bias import MULTIPLES
from recomputation.book import Value, band, constant, one, percent, probability, tested
from recomputation.design import Estimate
from recomputation.ledger import Entry, logit
from recomputation.raw import Questions
from recomputation.whole import Whole

AAPOR = {
    "Response rate 1": ("I", "D"), "Response rate 2": ("IP", "D"), "Response rate 3": ("I", "D"),
    "Response rate 4": ("IP", "D"), "Response rate 5": ("I", "D"), "Response rate 6": ("IP", "D"),
    "Cooperation rate 1": ("I", "IPRO"), "Cooperation rate 2": ("IP", "IPRO"),
    "Cooperation rate 3": ("I", "IPR"), "Cooperation rate 4": ("IP", "IPR"),
    "Refusal rate 1": ("R", "D"), "Refusal rate 2": ("R", "D"), "Refusal rate 3": ("R", "D"),
    "Contact rate 1": ("IPRO", "D"), "Contact rate 2": ("IPRO", "D"), "Contact rate 3": ("IPRO", "D"),
}  # fmt: skip
LETTERS = {"1.1": "I", "1.2": "P", "2.1": "R", "2.2": "N", "2.3": "O"}


def triple(made: Estimate, scale: float = 100.0) -> list[Value]:
    return [one(scale * v) for v in (made.value, made.low, made.high)]


def response(whole: Whole) -> Rows:
    """Nobody's eligibility is unknown on a verified list, so U = 0 and rates that treat U apart agree."""
    rows: Rows = {}
    for label, (above, below) in AAPOR.items():
        cells: list[list[Value]] = [[]]
        for place in ("all", *whole.levels):
            staff = whole.staff if place == "all" else whole.staff[whole.staff[whole.survey.group] == place]
            letters = staff["code"].str[:3].map(LETTERS)
            top = letters.isin(list(above)).sum()
            bottom = letters.notna().sum() if below == "D" else letters.isin(list(below)).sum()
            cells.append([percent(top / bottom), one(top), one(bottom)])
        rows["*", label] = cells
    return rows | _shared(rows)


def _shared(rows: Rows) -> Rows:
    """Rates of a kind that come to the same share a row, named by their numbers."""
    alike: dict[tuple[str, str], list[str]] = {}
    for (_, label), cells in rows.items():
        alike.setdefault((label[:-2], repr(cells)), []).append(label)
    joined: Rows = {}
    for (kind, _), labels in alike.items():
        if len(labels) > 1:
            *first, last = [label[-1] for label in labels]
            joined["*", f"{kind}s {', '.join(first)} and {last}"] = rows["*", labels[0]]
    return joined


def nrba_response(whole: Whole) -> Rows:
    bias, rows = whole.bias, {}
    size, n = whole.count(), whole.answered()
    rows["", "All eligible"] = [[one(size)], [one(n)], [percent(n / size)], [], [], [], [], []]
    for variable in bias.auxiliaries:
        for level in bias.levels(variable):
            size, n = bias.size(variable, level)
            staff, share, p, d = bias.against_staff(variable, level)
            rows[_title(whole, variable), _level(whole, variable, level)] = [
                [one(size)], [one(n)], [percent(n / size)], [percent(staff)], [percent(share)],
                [percent(share - staff)], [probability(p)], [one(d)],
            ]  # fmt: skip
    return rows


def _title(whole: Whole, variable: str) -> str:
    groups = whole.config["groups"]
    return groups[variable]["label"] if variable in groups else whole.label(variable)


def _level(whole: Whole, variable: str, level: str) -> str:
    groups = whole.config["groups"]
    return groups[variable]["levels"][level] if variable in groups else level


def nrba_model(whole: Whole) -> Rows:
    bias, rows = whole.bias, {}
    for variable in bias.auxiliaries:
        x2, df, p = bias.wald(variable)
        rows["", _title(whole, variable)] = [
            [], [], [one(df), one(x2), probability(p)], [one(bias.with_response(variable)[0])],
        ]  # fmt: skip
        for level in bias.levels(variable)[1:]:
            ratio, low, high, p = bias.odds(variable, level)
            rows[_title(whole, variable), _level(whole, variable, level)] = [
                [one(ratio), one(low), one(high)], [probability(p)], [], [],
            ]  # fmt: skip
    return rows


def nrba_indicators(whole: Whole) -> Rows:
    made = whole.bias.indicators
    names = {
        "R-indicator": ("R", 1), "R-indicator, adjusted for its bias": ("R_adjusted", 1),
        "Coefficient of variation of the response propensities": ("cv", 0),
        "Coefficient of variation, adjusted": ("cv_adjusted", 0),
        "Imbalance (Särndal and Lundquist)": ("imbalance", 0), "Balance indicator BI1": ("balance", 1),
    }  # fmt: skip
    return {
        ("", label): [
            [one(made[key][0])], [one(made[key][1])] if np.isfinite(made[key][1]) else [], constant(even),
        ]
        for label, (key, even) in names.items()
    }  # fmt: skip


def nrba_partial(whole: Whole) -> Rows:
    bias, rows = whole.bias, {}
    for variable in bias.auxiliaries:
        parts = bias.partial(variable, None)
        rows["", _title(whole, variable)] = [
            [one(whole.count())], [one(whole.answered())], [one(parts[0])], [one(parts[1])],
        ]  # fmt: skip
        for level in bias.levels(variable):
            size, n = bias.size(variable, level)
            parts = bias.partial(variable, level)
            rows[_title(whole, variable), _level(whole, variable, level)] = [
                [one(size)], [one(n)], [one(parts[0])], [one(parts[1])],
            ]  # fmt: skip
    return rows


def nrba_auxiliaries(whole: Whole) -> Rows:
    bias, rows = whole.bias, {}
    cells: list[list[Value] | None] = []
    for variable in bias.auxiliaries:
        v, p = bias.with_response(variable)
        cells += [[one(v)], [probability(p)]]
    rows["", "Response"] = cells
    for entry in whole.ledger.entries:
        cells = []
        for variable in bias.auxiliaries:
            if entry.place != "all" and variable == whole.survey.group:
                cells += [None, None]
                continue
            v, p = bias.with_answer(variable, entry)
            cells += [band(v), [probability(p)]]
        rows["", whole.short(entry)] = cells
    return rows


def nrba_waves(whole: Whole) -> Rows:
    rows: Rows = {}
    for entry in whole.headlines:
        made = whole.bias.waves(entry)
        s = entry.scale
        staff = [[one(s * made[k])] for k in ("staff_last", "staff_line")]  # type: ignore[operator]
        if entry.claim["base"] == "readers":
            staff = [[], []]
        rows["", whole.short(entry)] = [
            *[[one(s * v)] for v in made["waves"]], [one(s * made["last"])], staff[0],  # type: ignore[attr-defined, operator]
            [one(s * made["line"])], staff[1],  # type: ignore[operator]
        ]  # fmt: skip
    return rows


def nrba_range(whole: Whole) -> Rows:
    rows: Rows = {("", "(header)"): [constant(m) for m in MULTIPLES]}
    for entry in whole.estimable:
        if not entry.equivalence:
            rows["", whole.short(entry)] = [[percent(b)] for b in whole.bias.range_of_bias(entry)]
    return rows


def cells(whole: Whole) -> Rows:
    primary, rows = whole.survey.primary, {}
    for cell, members in primary.members.items():
        group = members[0].split(" × ")[0]
        names = [m.split(" × ")[1] for m in members]
        words = [names[0], *[n[0].lower() + n[1:] for n in names[1:]]]
        label = words[0] if len(words) == 1 else ", ".join(words[:-1]) + " or " + words[-1]
        n, size = int((primary.cell == cell).sum()), primary.size[cell]
        rows[whole.names[group], label] = [[one(size)], [one(n)], [percent(n / size)], [one(size / n)]]
    return rows


def weights(whole: Whole) -> Rows:
    rows: Rows = {}
    for name, scheme in whole.survey.schemes.items():
        label = whole.config["weighting"]["schemes"][name]["label"]
        if name == whole.survey.primary.name:
            label += " (primary)"
        w = scheme.weight
        joined = sum(len(m) for m in scheme.members.values() if len(m) > 1)
        spread = [one(w.min())] if w.max() - w.min() < 1e-9 else [one(w.min()), one(w.max())]
        rows["", label] = [
            [], [one(len(scheme.size))], [one(joined)], spread, [one(scheme.deff)], [one(scheme.n_eff)],
        ]  # fmt: skip
    return rows


def shares(whole: Whole) -> Rows:
    rows: Rows = {}
    study = whole.study
    claimed = [c["variable"] for c in whole.config["claims"].values() if c["kind"] == "share"]
    asked = study.codebook["variables"]
    names = [name for name in (*whole.config["analysis"]["items"], *claimed) if name not in asked]
    for name in dict.fromkeys(names):
        entry = study.codebook["variables"].get(name, {})
        if entry.get("type") == "ordinal":
            continue
        made: list[list[Value]] = []
        for place in ("all", *whole.levels):
            found = whole.survey.share(whole.survey.yes(name), place)
            made += [[one(found.n)], triple(found)]
        rows["", f"{whole.label(name)}#{name}"] = made
    return rows


def items(whole: Whole) -> Rows:
    rows: Rows = {}
    for scale in whole.config["cleaning"]["scales"]:
        section = whole.study.codebook["batteries"][scale["variable"]]
        for item in scale["items"]:
            made: list[list[Value]] = []
            for place in ("all", *whole.levels):
                found = whole.survey.share(whole.survey.agrees(item), place)
                made += [[one(found.n)], triple(found)]
            rows[section, whole.item(item)] = made
    return rows


def scales(whole: Whole) -> Rows:
    rows: Rows = {}
    for scale in whole.config["cleaning"]["scales"]:
        made: list[list[Value]] = []
        for place in ("all", *whole.levels):
            found = whole.survey.mean(whole.study.cases[scale["variable"]], place)
            made += [[one(found.n)], triple(found, 1)]
        rows["", scale["label"]] = made
    return rows


def tests(whole: Whole) -> Rows:
    rows: Rows = {}
    scales = {s["variable"] for s in whole.config["cleaning"]["scales"]}
    for test in whole.config["analysis"]["tests"]:
        name = test["variable"]
        mean = name in scales
        y = whole.study.cases[name] if mean else whole.survey.yes(name)
        made = whole.survey.difference(y, None if mean else y)
        scale = 1.0 if mean else 100.0
        groups = [[one(scale * whole.survey.mean(y, place).value)] for place in whole.levels]
        # A difference of the test's variance is not released; its column, empty, is left out.
        if mean:
            cell = [
                [one(made.df), tested(made.t)],
                [probability(made.p)],
                [one(made.d)],
                [probability(made.p_fpc)],
            ]
        else:
            test_cell = [*(one(v) for v in made.f_df), tested(made.f)]
            cell = [test_cell, [probability(made.f_p)], [one(made.v)], [probability(made.f_p_fpc)]]
        rows["*", whole.label(name)] = [*groups, *cell]
    return rows


def schemes(whole: Whole) -> Rows:
    others = [s for s in whole.survey.schemes if s != whole.survey.primary.name]
    order = [others[0], whole.survey.primary.name, *others[1:]]
    return {
        ("", whole.short(e)): [
            [one(e.scale * v) for v in (e.by_scheme[s].value, e.by_scheme[s].low, e.by_scheme[s].high)]
            for s in order
        ]
        for e in whole.ledger.entries
    }


def reliability(whole: Whole) -> Rows:
    rows: Rows = {}
    for scale in whole.config["cleaning"]["scales"]:
        r = whole.reliabilities[scale["variable"]]
        rows["", scale["label"]] = [
            [one(r.items)], [one(r.n)], [one(v) for v in r.alpha], [one(r.ordinal_alpha)], [one(r.omega)],
            [one(r.ordinal_omega)], [one(v) for v in r.item_total], [one(v) for v in r.dropped],
        ]  # fmt: skip
    return rows


def predictor(whole: Whole, name: str, level: object) -> str:
    if name == whole.survey.group:
        return f"{level} against {whole.levels[0]}"
    if level is None:
        return whole.label(name)
    values = Questions(whole.study.codebook).values(name)
    return f"{whole.label(name)}: {str(values[int(level)]).lower()}"  # type: ignore[call-overload]


def models(whole: Whole) -> Rows:
    rows: Rows = {}
    level = whole.survey.level
    for model in whole.models:
        kind = model.entry["kind"]
        change = np.exp if kind != "linear" else float
        scale = 1.0 if kind == "linear" else 100.0
        for k, (name, code) in enumerate(model.names):
            fits = [
                model.adjusted.slope(k, level),
                model.alone[k].slope(0, level),
                model.plain.slope(k, level),
            ]
            three = [[one(change(v)) for v in (f.value, f.low, f.high)] for f in fits]
            effect = model.adjusted.marginal(k, code is not None, level)
            rows[whole.label(model.entry["outcome"]), predictor(whole, name, code)] = [
                three[0], [probability(fits[0].p)], three[1], three[2],
                [one(scale * v) for v in (effect.value, effect.low, effect.high)],
            ]  # fmt: skip
    return rows


def claim_p(whole: Whole, entry: Entry) -> float:
    """p of a claim against its thresholds, the greatest of them; a share on the logit scale."""
    if entry.equivalence:
        return entry.p
    made, worst = entry.estimate, 0.0
    for key in ("threshold", "upper_threshold"):
        if key in entry.claim:
            se = made.se / (made.value * (1 - made.value))
            t = (logit(made.value) - logit(entry.claim[key])) / se
            worst = max(worst, float(2 * stats.t.sf(abs(t), made.df)))
    return worst


def multiplicity(whole: Whole) -> Rows:
    rows: Rows = {}
    own = [(f"{e.key} {whole.label(e.claim['variable'])}", claim_p(whole, e)) for e in whole.headlines]
    _family(rows, "Claims", own, "holm")
    scales = {s["variable"] for s in whole.config["cleaning"]["scales"]}
    compared = []
    for test in whole.config["analysis"]["tests"]:
        name = test["variable"]
        mean = name in scales
        y = whole.study.cases[name] if mean else whole.survey.yes(name)
        made = whole.survey.difference(y, None if mean else y)
        compared.append((whole.label(name), made.p if mean else made.f_p))
    _family(rows, "Comparisons between the agencies", compared, "bh")
    predictors = []
    for model in whole.models:
        for k, (name, code) in enumerate(model.names):
            words = predictor(whole, name, code)
            words = words if words[:2].isupper() else words[0].lower() + words[1:]
            text = f"{whole.label(model.entry['outcome'])}: {words}"
            predictors.append((text, model.adjusted.slope(k, whole.survey.level).p))
    _family(rows, "Predictors in the models", predictors, "bh")
    return rows


def _family(rows: Rows, section: str, tests: list[tuple[str, float]], method: str) -> None:
    adjusted = adjust([p for _, p in tests], method)
    for (label, p), q in zip(tests, adjusted, strict=True):
        both: list[list[Value] | None] = [[probability(q)], None]
        rows[section, label] = [[probability(p)], *(both if method == "holm" else both[::-1])]


def adjust(p: list[float], method: str) -> list[float]:
    """Holm (1979), or Benjamini and Hochberg (1995), from their definitions."""
    m, made = len(p), []
    for own in p:
        if method == "holm":
            made.append(min(1.0, max(q * sum(r >= q for r in p) for q in p if q <= own)))
        else:
            made.append(min(1.0, min(q * m / sum(r <= q for r in p) for q in p if q >= own)))
    return made


def open_answers(whole: Whole) -> Rows:
    rows: Rows = {}
    for question, made in whole.questions.items():
        section = whole.label(question)
        rows[section, "Wrote an answer, n"] = [[one(made.n[p])] for p in ("all", *whole.levels)] + [
            [],
            [],
            [],
        ]
        for label, theme in made.themes.items():
            rows[section, label] = [
                *[[percent(theme.shares[p])] for p in ("all", *whole.levels)],
                # An agreement that is whole has an interval of no width, which is not printed.
                [one(v) for v in (theme.kappa[:1] if len(set(theme.kappa)) == 1 else theme.kappa)],
                [one(theme.alpha)], [one(theme.ac1)],
            ]  # fmt: skip
    return rows


TABLES = {
    "tbl-response": response, "tbl-nrba-response": nrba_response, "tbl-nrba-model": nrba_model,
    "tbl-nrba-indicators": nrba_indicators, "tbl-nrba-partial": nrba_partial,
    "tbl-nrba-auxiliaries": nrba_auxiliaries, "tbl-nrba-waves": nrba_waves, "tbl-nrba-range": nrba_range,
    "tbl-cells": cells, "tbl-weights": weights, "tbl-shares": shares, "tbl-items": items,
    "tbl-scales": scales, "tbl-tests": tests, "tbl-schemes": schemes, "tbl-reliability": reliability,
    "tbl-models": models, "tbl-multiplicity": multiplicity, "tbl-open-answers": open_answers,
}  # fmt: skip
__all__ = ["TABLES", "interval"]
