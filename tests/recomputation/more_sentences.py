"""What the supplement's sentences on non-response, notes and alternative texts say in numbers."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from recomputation.book import ANY, Saying, Value, constant, one, percent, probability, say, within
from recomputation.design import Estimate
from recomputation.ledger import Entry
from recomputation.modelling import parallel
from recomputation.supplement_tables import AAPOR, predictor
from recomputation.whole import Whole


def triple(made: Estimate, scale: float = 100.0) -> list[Value]:
    return [one(scale * v) for v in (made.value, made.low, made.high)]


def more(whole: Whole) -> Iterator[Saying]:
    yield from summary(whole)
    yield from rates(whole)
    yield from shifts(whole)
    yield from questions(whole)
    yield from written(whole)
    yield from settings(whole)
    yield from figures(whole)
    yield from multiverse_figure(whole)
    yield from modelled(whole)


def _sign(entry: Entry) -> str:
    return "" if entry.equivalence else "%"


def lower(text: str) -> str:
    return text[0].lower() + text[1:]


def summary(whole: Whole) -> Iterator[Saying]:
    for entry in whole.ledger.entries:
        s = _sign(entry)
        name = entry.claim["short"] if entry.place == "all" else whole.names[entry.place]
        yield say(
            f"{entry.key} {name}: {{}}{s} ({{}}{s} to {{}}{s}); {{}}{s} to {{}}{s}",
            triple(entry.estimate, entry.scale),
            *[one(entry.scale * b) for b in entry.bounds],
            place="sec-nrba-summary",
        )


def rates(whole: Whole) -> Iterator[Saying]:
    bias = whole.bias
    yield say(
        "Of {} eligible ~~ {} gave a usable questionnaire ({}%)", one(whole.count()), one(whole.answered()),
        percent(whole.answered() / whole.count()),
    )  # fmt: skip
    for variable in bias.auxiliaries:
        groups = whole.config["groups"]
        name = groups[variable]["label"] if variable in groups else whole.label(variable)
        levels = groups[variable]["levels"] if variable in groups else {v: v for v in bias.levels(variable)}
        found = sorted(
            (n / size, label) for key, label in levels.items() for size, n in [bias.size(variable, key)]
        )
        x2, df, p, fisher = bias.chi_square(variable)
        yield say(
            f"By {lower(name)}, taken alone, the rate ran from {{}}% ({lower(found[0][1])}) to {{}}% "
            f"({lower(found[-1][1])}); the test of equal rates gives p ~~{{}}",
            percent(found[0][0]), percent(found[-1][0]), probability(p),
        )  # fmt: skip
        others = [v for v in bias.auxiliaries if v != variable]
        held = whole.config["groups"].get(others[0], {}).get("label") or whole.label(others[0])
        yield say(
            f"With {lower(held)} held equal, the response model gives p ~~{{}}",
            probability(bias.wald(variable)[2]),
        )
        tested = [one(df), one(x2), probability(p), probability(fisher)]
        yield say(f"by {lower(name)} χ²({{}}) = {{}}, p ~~{{}} (Fisher's exact test, p ~~{{}})", tested)
        yield say(f"by {lower(name)} χ²({{}}) = {{}}, p ~~{{}}", one(df), one(x2), probability(p))
    yield say("Area under the curve {}; {} would mean", one(bias.auc), *constant(0.5))
    yield say("{}, no contribution", constant(0))


def shifts(whole: Whole) -> Iterator[Saying]:
    bias = whole.bias
    links = [
        bias.with_answer(v, e)[0]
        for e in whole.ledger.entries
        for v in bias.auxiliaries
        if e.place == "all" or v != whole.survey.group
    ]
    overall = [bias.with_answer(v, e)[0] for e in whole.headlines for v in bias.auxiliaries]
    yield say("its strongest link ~~ over all ~~V {}", one(max(overall)))
    yield say("strongest link ~~Cramér's V {}", one(max(overall)), place="nothing")
    for value in sorted({max(links), max(overall)}, reverse=True):
        yield say("strongest link is that of ~~V {})", one(value))
        break
    moved = {
        (e.key, e.place): 100 * (bias.shift(e)[1] - bias.shift(e)[0])
        for e in whole.ledger.entries
        if not e.equivalence
    }
    yield say("share by more than {} percentage points", one(max(abs(v) for v in moved.values())),
              source="weighting", place="")  # fmt: skip
    yield say(
        "moved no claim's share by more than {} percentage points", one(max(abs(v) for v in moved.values()))
    )
    yield say("p below {}", constant(0.05))
    rest = {}
    for entry in whole.headlines:
        if not entry.equivalence and entry.claim["base"] != "readers":
            made = bias.waves(entry)
            rest[entry.key] = (
                100 * (made["staff_last"] - entry.estimate.value),  # type: ignore[operator]
                100 * (made["staff_line"] - entry.estimate.value),  # type: ignore[operator]
            )
    last = max(abs(a) for a, _ in rest.values())
    yield say("no share of all staff would move by more than {} percentage points", one(last))
    tips = [e.theta for e in whole.ledger.entries if e.grade in (1, 2, 3) and np.isfinite(e.theta)]
    yield say("smallest tipping point of a supported claim is {}", one(min(tips)))
    best = max(whole.proxies.values(), key=lambda p: p.rho)
    yield say(
        "greatest correlation is {}", within(best.rho, max(p.rho_slack for p in whole.proxies.values()))
    )
    points = {
        key: whole.points[key].shift(whole.ledger.of(*key).estimate.value)
        for key in whole.points
        if not whole.ledger.of(*key).equivalence
    }
    over_all = max((abs(v), slack) for (_, place), (v, slack) in points.items() if place == "all")
    for verb in ("moves", "moved"):
        yield say(f"no headline share {verb} by more than {{}} percentage points", within(*over_all, 100))


def questions(whole: Whole) -> Iterator[Saying]:
    primary = whole.survey.primary
    yield say("the smallest holds {} respondents", one(primary.cell.value_counts().min()))
    for entry in whole.headlines:
        if entry.claim["variable"] == whole.config["sensitivity"]["reader_variable"]:
            k = entry.scenario
            yield say("{}% if readers were as common", percent(k[1.0]))
            yield say("{}% if they were half as common", percent(k[0.5]))
            yield say("{}% if there were none", percent(k[0.0]))
    lowest = min(p.above for made in whole.posteriors.values() for p in made.values())
    overall = min(
        p.above for (_, place), made in whole.posteriors.items() if place == "all" for p in made.values()
    )
    yield Saying("above its threshold, {}", (Value(overall, others=(lowest,)),))
    yield say("N is the {} eligible", one(whole.count()))
    yield say("unweighted, {} in all", one(whole.answered()))
    sizes = sorted((e.estimate.n, e.key) for e in whole.headlines)
    yield say(f"from {{}} ({sizes[0][1]}) to {{}} (C", one(sizes[0][0]), one(sizes[-1][0]))
    yield say("respondents the information of about {}", one(primary.n_eff))
    yield say("and {} of {} of its members", one(whole.answered()), one(whole.count()))
    wider = []
    for entry in whole.headlines:
        plain = whole.ledger.estimate(entry.key, entry.place, primary.name, fpc=False)
        made = entry.estimate
        wider.append(100 * ((plain.high - plain.low) / (made.high - made.low) - 1))
    yield say("would be {}% to {}% wider", one(min(wider)), one(max(wider)))
    strong = whole.config["sensitivity"]["theta_strong"]
    yield say("a tipping point of {} counts as strong", constant(strong))
    yield say("at least {}% of them", constant(100 * whole.config["cleaning"]["scales"][0]["min_share"]))
    yield say("{} data sets", one(whole.imputation.number))
    yield say("at least {}% of the answers to a claim", constant(5))
    yield say("fewer than {}% are incomplete", constant(5))
    yield say("{} results of R", Value(None, "of the tests"))
    yield say("{} sets of known answers", Value(None, "of the tests"))
    yield say("{} known answers", Value(None, "of the tests"))


def written(whole: Whole) -> Iterator[Saying]:
    pooled = [q.pooled for q in whole.questions.values()]
    values = sorted(p[0] for p in pooled)
    yield say("pooled kappa was {} to {}", one(values[0]), one(values[-1]))
    yield say("pooled kappa was {}", one(values[0]))
    yield say("Cohen's kappa with {}% interval", constant(whole.interval_percent))
    for question, made in whole.questions.items():
        yield say(f"{lower(whole.label(question))} {{}} ({{}}–{{}})", *map(one, made.pooled))


def settings(whole: Whole) -> Iterator[Saying]:
    entry = whole.config["sensitivity"]
    strong, plan = entry["theta_strong"], entry["reader_scenario"]
    others = [t for t in entry["theta_shown"] if t != strong]
    yield say("the θ nearest to {} at which", constant(1))
    yield say("a θ of {}, or of {}/{}, is taken", constant(strong, 1, strong))
    yield say("shown with " + " and ".join(["{}"] * len(others)), constant(*others))
    ks = plan["k"]
    yield say("(k = " + ", ".join(["{}"] * (len(ks) - 1)) + " and {})", constant(*ks))
    yield say("at least {} of these remain", constant(plan["min_group"]))
    yield say("tipping point is at least {}", constant(strong))
    yield say("scenario at k = {}", constant(plan["k_grade"]))
    yield say("φ = {}, response depends ~~; φ = {}, on", constant(0, 1))
    yield say("under {} the proxy is weak", constant(whole.config["nonresponse"]["weak_rho"]))
    yield say("fewer than {} respondents behind", constant(10))
    yield say("held at least {} respondents and {} members", constant(5, 10))
    yield say("held at {}% where", constant(100))
    yield say("With fewer than {} respondents omega", constant(200))
    yield say("Wave {}", ANY, place="tbl-nrba-waves")
    for name in AAPOR:
        yield say(f"{name[:-1]}{{}}", ANY, place="tbl-response")
    yield say("{}", ANY, place="tbl-questionnaire")


def figures(whole: Whole) -> Iterator[Saying]:
    level = constant(whole.interval_percent)
    for scale in whole.config["cleaning"]["scales"]:
        parts, values = [], []
        for place in ("all", *whole.levels):
            name = "all staff" if place == "all" else whole.names[place]
            parts.append(f"{name} {{}} ({{}}% interval {{}} to {{}})")
            made = triple(whole.survey.mean(whole.study.cases[scale["variable"]], place), 1)
            values += [made[0], *level, *made[1:]]
        yield say(f"{scale['label']}: " + "; ".join(parts), *values, place="fig-scales")
    for entry in whole.headlines:
        made, s = whole.bias.waves(entry), _sign(entry)
        waves: list[float] = list(made["waves"])  # type: ignore[call-overload]
        words = ", ".join([f"{{}}{s}"] * (len(waves) - 1)) + f" and {{}}{s}"
        yield say(
            f"{entry.key} ({entry.claim['short']}): waves {words}, all returns together {{}}{s}",
            *[one(entry.scale * w) for w in waves],
            one(entry.scale * entry.estimate.value),
            place="fig-waves",
        )
    yield from _rate_figure(whole)
    yield from _weight_figure(whole)


def _rate_figure(whole: Whole) -> Iterator[Saying]:
    def bar(part: object) -> list[Value]:
        staff = whole.staff[part]
        n = int(staff["answered"].sum())
        return [percent(n / len(staff)), one(n), one(len(staff))]

    group = whole.survey.group
    yield say("All staff {}% ({} of {})", bar(whole.staff["answered"].notna()), place="fig-response")
    detail = whole.bias.auxiliaries[-1]
    for place in whole.levels:
        inside = whole.staff[group] == place
        text, values = f"{whole.names[place]} {{}}% ({{}} of {{}})", bar(inside)
        for level in whole.bias.levels(detail):
            part = inside & (whole.staff[detail] == level)
            if part.any():
                text += f"; {level} {{}}% ({{}} of {{}})"
                values += bar(part)
        yield say(text, values, place="fig-response")


def _weight_figure(whole: Whole) -> Iterator[Saying]:
    primary, cases = whole.survey.primary, whole.study.cases
    for cell, members in primary.members.items():
        names = [m.split(" × ")[1] for m in members]
        words = [lower(n) for n in names]
        label = words[0] if len(words) == 1 else ", ".join(words[:-1]) + " or " + words[-1]
        group = members[0].split(" × ")[0]
        yield say(
            f"{group}: {label} {{}}", one(primary.weight[primary.cell == cell].iloc[0]), place="fig-weights"
        )
    for variable in whole.bias.auxiliaries:
        groups = whole.config["groups"]
        levels = (
            groups[variable]["levels"] if variable in groups else {v: v for v in whole.bias.levels(variable)}
        )
        for level, label in levels.items():
            hit = cases[variable] == level
            yield say(
                f"{label} {{}}% of staff, {{}}% of respondents, {{}}% weighted",
                percent((whole.staff[variable] == level).mean()), percent(hit.mean()),
                percent(primary.weight[hit].sum() / primary.weight.sum()), place="fig-weights",
            )  # fmt: skip


def multiverse_figure(whole: Whole) -> Iterator[Saying]:
    for entry in whole.ledger.entries:
        made, s, scale = whole.points[entry.key, entry.place], _sign(entry), entry.scale
        name = entry.claim["short"] if entry.place == "all" else whole.names[entry.place]
        yield say(
            f"{entry.key} {name}: ~~distinct estimates from {{}}{s} to {{}}{s}, primary {{}}{s}; "
            f"bounds {{}}{s} to {{}}{s}; reader scenario {{}}{s} with no silent readers to {{}}{s}",
            within(*made.least, scale), within(*made.most, scale), one(scale * entry.estimate.value),
            *[one(scale * b) for b in entry.bounds],
            *[one(scale * entry.scenario[k]) for k in (0.0, 1.0)],
            place="fig-multiverse",
        )  # fmt: skip


def modelled(whole: Whole) -> Iterator[Saying]:
    for model in whole.models:
        label = whole.label(model.entry["outcome"])
        yield say(f"{label}, n = {{}}", one(len(model.adjusted.y)), place="tbl-models")
        if model.entry["kind"] == "ordinal":
            f, df, df2, p, left, cuts = parallel(whole.survey, model.adjusted, whole.survey.primary)
            yield say(
                f"{lower(label)}: F({{}}, {{}}) = {{}}, p = {{}}", one(df), one(df2), one(f), probability(p)
            )
            yield say("({} of {} cuts left out", one(left), one(cuts))
    sizes = {
        "Claims": len(whole.headlines),
        "Comparisons": len(whole.config["analysis"]["tests"]),
        "Predictors": sum(len(m.names) for m in whole.models),
    }
    for word, number in sizes.items():
        yield say(f"{word}~~({{}} tests)", one(number), place="tbl-multiplicity")


__all__ = ["more", "predictor"]
