"""What the supplement's sentences on non-response, notes and alternative texts say in numbers."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from recomputation.book import (
    ANY,
    Saying,
    Value,
    any_of,
    constant,
    one,
    percent,
    probability,
    say,
    tested,
    within,
)
from recomputation.design import Estimate
from recomputation.ledger import Entry
from recomputation.modelling import parallel
from recomputation.supplement_tables import AAPOR, predictor
from recomputation.whole import Whole


def triple(made: Estimate, scale: float = 100.0) -> list[Value]:
    return [one(scale * v) for v in (made.value, made.low, made.high)]


BATTERY_OF = {"C2": "guidance", "C3": "risk", "C5": "joint", "C6": "contact"}


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
    yield from otherwise(whole)


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
    yield say("some percentages of fewer than {} respondents are not given", constant(10))
    yield say("the correlation ratio) reaches {} only for", constant(0.25))
    yield say("the correlation ratio) is as large as {}", constant(0.25))
    yield from _largest(whole)
    yield say("p below {}", constant(0.05))
    yield from _extrapolated(whole)
    yield from _late(whole)
    tips = [e.theta for e in whole.ledger.entries if e.grade in (1, 2, 3) and np.isfinite(e.theta)]
    yield say("smallest tipping point of a supported claim is {}", one(min(tips)))
    best = max(whole.proxies.values(), key=lambda p: p.rho)
    yield say(
        "greatest correlation is {}", within(best.rho, max(p.rho_slack for p in whole.proxies.values()))
    )


def _largest(whole: Whole) -> Iterator[Saying]:
    """Largest shifts of a share and of a mean difference, by weighting and over every specification."""
    weighting: dict[bool, list[float]] = {True: [0.0], False: [0.0]}
    every: dict[bool, list[tuple[float, float]]] = {True: [(0.0, 0.0)], False: [(0.0, 0.0)]}
    for entry in whole.ledger.entries:
        before, after, _ = whole.bias.shift(entry)
        weighting[entry.equivalence].append(abs(entry.scale * (after - before)))
        value, slack = whole.points[entry.key, entry.place].shift(entry.estimate.value)
        every[entry.equivalence].append((abs(entry.scale * value), entry.scale * slack))
    plain = [one(max(weighting[kind])) for kind in (False, True)]
    both = [within(*max(every[kind])) for kind in (False, True)]
    text = (
        "largest shift of a share {verb} {{}} percentage points (~~), "
        "that of a mean difference {{}} scale points"
    )
    for verb in ("was", "is"):
        words = text.format(verb=verb)
        yield say(f"weighting the {words}", *plain)
        yield say(f"imputed items. The {words}", *both)
        yield say(f"items imputed. The {words}", *both)
        yield say(f"Rubin's rules). The {words}", *both)
    for words in ("share by more than {}", "claim's share by more than {}"):
        yield say(f"Weighting moved no {words} percentage points", plain[0])
    for verb in ("moves", "moved"):
        yield say(f"no headline share {verb} by more than {{}} percentage points", both[0])


def _extrapolated(whole: Whole) -> Iterator[Saying]:
    """The silent taken for the last to answer, and for where a line leads."""
    for entry in whole.headlines:
        if entry.claim["base"] == "readers":
            continue
        made, s = whole.bias.waves(entry), _sign(entry)
        ends = [entry.scale * made[k] for k in ("staff_last", "staff_line")]  # type: ignore[operator]
        now = entry.scale * entry.estimate.value
        for words, end in zip(("line", "like the last to answer"), ends[::-1], strict=True):
            yield say(f"{words}~~would be that of {entry.key}, from {{}}{s} to {{}}{s}", one(now), one(end))
        yield say(f"{entry.key} (to {{}}{s})", one(ends[1]))


def _late(whole: Whole) -> Iterator[Saying]:
    for entry in whole.headlines:
        _, p, _ = whole.bias.late(entry)
        yield say(f"(the smallest p is {{}}, on {entry.key})", probability(p))
        for place in whole.levels:
            gap, _, p = whole.bias.late_within(entry, place)
            if np.isfinite(gap):
                yield say(f"{entry.key} in {whole.name(place)} (p = {{}})", probability(p))


def questions(whole: Whole) -> Iterator[Saying]:
    primary = whole.survey.primary
    yield say("the smallest holds {} respondents", one(primary.cell.value_counts().min()))
    for entry in whole.headlines:
        if entry.claim["variable"] == whole.config["sensitivity"]["scenario"]["variable"]:
            k = entry.scenario
            yield say("{}% if readers were as common", percent(k[1.0]))
            yield say("{}% were readers as common", percent(k[1.0]))
            yield say("{}% with readers half as common", percent(k[0.5]))
            yield say("{}% with no readers", percent(k[0.0]))
            yield say("{}% if they were half as common", percent(k[0.5]))
            yield say("{}% if there were none", percent(k[0.0]))
    lowest = min(p.above for made in whole.posteriors.values() for p in made.values())
    overall = min(
        p.above for (_, place), made in whole.posteriors.items() if place == "all" for p in made.values()
    )
    yield Saying("a posterior probability of {}", (Value(overall, others=(lowest,)),))
    yield say("N is the {} eligible", one(whole.count()))
    yield say("unweighted, {} in all", one(whole.answered()))
    sizes = sorted(e.estimate.n for e in whole.ledger.entries)
    yield say("Of the claims the least is {} (~~) and the greatest {} (", one(sizes[0]), one(sizes[-1]))
    yield say("respondents the information of about {}", one(primary.n_eff))
    yield say("and {} of its {} members", one(whole.answered()), one(whole.count()))
    yield say("at least {} respondents and {} of those eligible", constant(5, 10))
    yield say("Outcomes of contact with fewer than {}", constant(5))
    yield say("and {} of {} of its members", one(whole.answered()), one(whole.count()))
    strong = whole.config["sensitivity"]["theta_strong"]
    yield say("a tipping point of {} counts as strong", constant(strong))
    yield say("at least {}% of them", constant(100 * whole.config["cleaning"]["scales"][0]["min_share"]))
    yield say("{} data sets", one(whole.imputation.number))
    yield say("At least {}% of the answers are lacking", constant(5))
    yield say("as many as {}% of the answers lacking", constant(5))
    yield say("fewer than {}% are incomplete", constant(5))
    yield say("{} results of R", Value(None, "of the tests"))
    yield say("{} sets of known answers", Value(None, "of the tests"))
    yield say("{} known answers", Value(None, "of the tests"))
    yield say("Of these, {} are held against", Value(None, "of the tests"))
    yield say("{} results were read off", Value(None, "of the tests"))


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
    strong, plan = entry["theta_strong"], entry["scenario"]
    others = [t for t in entry["theta_shown"] if t != strong]
    yield say("the θ nearest to {} at which", constant(1))
    yield say("a θ of {} or more, or its reciprocal or less, counts", constant(strong))
    yield say("{} is shown with " + " and ".join(["{}"] * len(others)), constant(strong, *others))
    ks = plan["k"]
    yield say("(k = " + ", ".join(["{}"] * (len(ks) - 1)) + " and {})", constant(*ks))
    yield say("at least {} of these remain", constant(plan["min_group"]))
    yield say("tipping point is at least {}", constant(strong))
    yield say("scenario at k = {}", constant(plan["k_grade"]))
    yield say("φ = {}, response depends ~~; φ = {}, on", constant(0, 1))
    yield say("under {} the proxy is weak", constant(whole.config["nonresponse"]["weak_rho"]))
    yield say("base of fewer than {} respondents", constant(10))
    yield say("held at least {} respondents and {} people", constant(5, 10))
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
            name = "all" if place == "all" else whole.names[place]
            parts.append(f"{name} {{}} ({{}}% interval {{}} to {{}})")
            made = triple(whole.survey.mean(whole.study.cases[scale["variable"]], place), 1)
            values += [made[0], *level, *made[1:]]
        yield say(f"{scale['label']}: " + "; ".join(parts), *values, place="fig-scales")
    for entry in whole.headlines:
        made, s = whole.bias.waves(entry), _sign(entry)
        waves: list[float] = list(made["waves"])  # type: ignore[call-overload]
        sizes: list[float] = list(made["sizes"])  # type: ignore[call-overload]
        words = ", ".join([f"{{}}{s} (n {{}})"] * (len(waves) - 1)) + f" and {{}}{s} (n {{}})"
        yield say(
            f"{entry.key} ({entry.claim['short']}): waves {words}, all returns together {{}}{s}, "
            f"the line through the waves points to {{}}{s} at the silent",
            *[one(v) for w, n in zip(waves, sizes, strict=True) for v in (entry.scale * w, n)],
            one(entry.scale * entry.estimate.value),
            one(entry.scale * made["line"]),  # type: ignore[operator]
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
    yield say("All {}% ({} of {})", bar(whole.staff["answered"].notna()), place="fig-response")
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
                f"{label} {{}}% of those eligible, {{}}% of respondents, {{}}% weighted",
                percent((whole.staff[variable] == level).mean()), percent(hit.mean()),
                percent(primary.weight[hit].sum() / primary.weight.sum()), place="fig-weights",
            )  # fmt: skip


def multiverse_figure(whole: Whole) -> Iterator[Saying]:
    for entry in whole.ledger.entries:
        made, s, scale = whole.points[entry.key, entry.place], _sign(entry), entry.scale
        name = entry.claim["short"] if entry.place == "all" else whole.names[entry.place]
        others: list[Value] = []
        if entry.place == "all":
            names = entry.claim.get("alternatives", [])
            others = [percent(value) for value in sorted(whole.counted(entry.key, n) for n in names)]
        counted = "; counted otherwise " + " and ".join(["{}%"] * len(others)) if others else ""
        yield say(
            f"{entry.key} {name}: ~~ distinct estimates from {{}}{s} to {{}}{s}, "
            f"primary {{}}{s}{counted}; bounds {{}}{s} to {{}}{s}; "
            f"reader scenario {{}}{s} with no silent readers to {{}}{s}",
            any_of(made.all_points, scale),
            any_of(made.all_points, scale),
            one(scale * entry.estimate.value),
            others,
            *[one(scale * b) for b in entry.bounds],
            *[one(scale * entry.scenario[k]) for k in (0.0, 1.0)],
            place="fig-multiverse",
        )


def otherwise(whole: Whole) -> Iterator[Saying]:
    """Agreement counted by other rules, and the range of agreement with single items."""
    for entry in whole.headlines:
        battery = BATTERY_OF.get(entry.key)
        if battery:
            shares = [100 * m.value for m in whole.agreement(battery).values()]
            source = f"^{whole.source(entry)}__items-range$"
            yield say("{}% to {}%", one(min(shares)), one(max(shares)), source=source)
        names = entry.claim.get("alternatives", [])
        for other in names:
            value = whole.counted(entry.key, other)
            label = lower(whole.label(other)).replace("3.5", "{}")
            cut = constant(3.5) if "{}" in label else []
            yield say(f"that of {entry.key}, from {{}}% to {{}}% ({label})", percent(entry.estimate.value),
                      percent(value), cut)  # fmt: skip


def modelled(whole: Whole) -> Iterator[Saying]:
    for model in whole.models:
        label = whole.label(model.entry["outcome"])
        yield say(f"{label}, n = {{}}", one(len(model.adjusted.y)), place="tbl-models")
        if model.entry["kind"] == "ordinal":
            f, df, df2, p, left, cuts = parallel(whole.survey, model.adjusted, whole.survey.primary)
            yield say(
                f"{lower(label)}: F({{}}, {{}}) = {{}}, p = {{}}",
                one(df),
                one(df2),
                tested(f),
                probability(p),
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
