"""What the sentences, notes and alternative texts say in numbers."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator

from recomputation.article_tables import table_1
from recomputation.book import ANY, Saying, Value, constant, one, percent, probability, say
from recomputation.design import Estimate
from recomputation.ledger import GRADES, Entry
from recomputation.more_sentences import BATTERY_OF, more
from recomputation.whole import Whole


def triple(made: Estimate, scale: float = 100.0) -> list[Value]:
    return [one(scale * made.value), one(scale * made.low), one(scale * made.high)]


def sayings(whole: Whole) -> list[Saying]:
    """All of them, the more particular first."""
    return [
        *claims(whole),
        *phrases(whole),
        *counts(whole),
        *methods(whole),
        *notes(whole),
        *alternatives(whole),
        *more(whole),
        *conventions(whole),
    ]


def claims(whole: Whole) -> Iterator[Saying]:
    for entry in whole.ledger.entries:
        source = f"^{whole.source(entry)}__"
        yield from _claim(whole, entry, source)
        yield from _doubt(whole, entry, source)
        if entry.place == "all":
            yield from _groups(whole, entry, source)


def _sign(entry: Entry) -> str:
    return "" if entry.equivalence else "%"


def _claim(whole: Whole, entry: Entry, source: str) -> Iterator[Saying]:
    made, s, level = entry.estimate, _sign(entry), constant(whole.interval_percent)
    value, low, high = triple(made, entry.scale)
    yield say("{}", value, source=source + "(pct|est)$")
    yield say("{}% ({}–{})", value, low, high, source=source + "brief$")
    yield say(f"{{}}{s} to {{}}{s}", low, high, source=source + "ci$")
    yield say("{}", one(made.n), source=source + "n$")
    margin = entry.claim.get("margin", 0.0)
    threshold = source + "threshold-sentence$"
    if entry.equivalence:
        ninety = [one(entry.low90), one(entry.high90)]
        yield say("{} to {}", ninety, source=source + "ci_tost$")
        yield say(
            "{}% interval {} to {}; {}% interval {} to {}; n = {}",
            constant(90),
            ninety,
            level,
            low,
            high,
            one(made.n),
            source=source + "estimate-phrase$",
        )
        yield say("{} scale points", value, source=source + "estimate-phrase$")
        yield say("±{}", constant(margin), source=threshold)
        yield say("the {}% interval includes zero", level, source=threshold)
        yield say("the {}% interval excludes zero", level, source=threshold)
        yield say("{}% interval", constant(90), source=threshold)
        yield say("probability of {}", one(entry.power), source=source + "power-sentence$")
        return
    if "upper_threshold" in entry.claim:
        yield say(
            "{}%~~{}%",
            constant(100 * entry.claim["threshold"], 100 * entry.claim["upper_threshold"]),
            source=threshold,
        )
    yield say("{}%", constant(100 * entry.claim["threshold"]), source=threshold)
    for other in entry.claim.get("sensitivity_thresholds", []):
        yield say("threshold of {}%", constant(100 * other), source=source + "other-thresholds-sentence$")


def _doubt(whole: Whole, entry: Entry, source: str) -> Iterator[Saying]:
    s = _sign(entry)
    tipping, doubt = source + "tipping-sentence$", source + "doubt-sentence$"
    if entry.equivalence:
        yield say("by {} scale points", one(entry.shift), source=tipping)
        yield say("by {} scale points", one(entry.shift), source=doubt)
        yield say("(a tipping θ of {})", one(entry.theta), source=tipping)
        yield say("{}", one(entry.theta), source=source + "tipping_theta$")
    else:
        reached = constant(100 * entry.claim["threshold"])
        yield say(
            "tipping point is {}: for the estimate to reach {}%", one(entry.theta), reached, source=tipping
        )
        yield say("tipping point is {}", one(entry.theta), source=tipping)
        yield say("to reach it, {} times as high", one(entry.theta_interval), source=tipping)
        yield say(
            "tipping point is {} ({} for the limit of the interval)",
            one(entry.theta),
            one(entry.theta_interval),
            source=doubt,
        )
        yield say(
            "tipping point is {}, at the limit of {}% ({} for the limit of the interval)",
            one(entry.theta),
            reached,
            one(entry.theta_interval),
            source=doubt,
        )
        yield say("tipping point is {}", one(entry.theta), source=doubt)
    yield say(
        f"between {{}}{s} and {{}}{s}",
        *[one(entry.scale * b) for b in entry.bounds],
        source=source + "bounds-sentence$",
    )
    yield say(
        f"the bounds are {{}}{s} and {{}}{s}",
        *[one(entry.scale * b) for b in entry.bounds],
        source=doubt,
    )
    reader = source + "reader-sentence$"
    k = float(whole.config["sensitivity"]["scenario"]["k_grade"])
    yield say("half as common ~~would be {}", one(entry.scale * entry.scenario[k]), source=reader)
    yield say("With none, the estimate would be {}", one(entry.scale * entry.scenario[0.0]), source=reader)
    yield say("scenario the estimate would be {}", one(entry.scale * entry.scenario[k]), source=doubt)
    yield say("as common ~~would be {}", one(entry.scale * entry.scenario[1.0]), source=reader)
    battery = BATTERY_OF.get(entry.key)
    if battery:
        shares = sorted(m.value for m in whole.agreement(battery).values())
        yield say(
            " on ~~ ({}%) and ~~ on ~~ ({}%)",
            percent(shares[-1]),
            percent(shares[0]),
            source=source + "items-sentence$",
        )


def _groups(whole: Whole, entry: Entry, source: str) -> Iterator[Saying]:
    source += "groups-sentence$"
    survey = whole.survey
    y = survey.answers[entry.key]
    s, level = _sign(entry), constant(whole.interval_percent)
    difference = survey.difference(y, None if entry.equivalence else y)
    for place in whole.levels:
        made = survey.mean(y, place) if entry.equivalence else survey.share(y, place)
        yield say(
            f"{{}}{s} ({{}}{s} to {{}}{s}; n = {{}}) in {whole.name(place)}",
            triple(made, entry.scale),
            one(made.n),
            source=source,
        )
    gap = [
        one(entry.scale * abs(difference.value)),
        *level,
        one(entry.scale * difference.low),
        one(entry.scale * difference.high),
    ]
    for unit in ("scale points", "percentage points"):
        # Where printed figures differ by another number, that is told.
        for before in ("", "from unrounded figures; "):
            rest = f"({before}{{}}% interval {{}} to {{}})"
            yield say(f"The second is {{}} {unit} ~~{rest}", gap, source=source)
            yield say(f"The difference is {{}} {unit} {rest}", gap, source=source)
    yield say("p = {}", probability(difference.p if entry.equivalence else difference.f_p), source=source)


def phrases(whole: Whole) -> Iterator[Saying]:
    """Estimates of single questions in running text."""
    level = constant(whole.interval_percent)
    scales = [s["variable"] for s in whole.config["cleaning"]["scales"]]
    for name in whole.config["analysis"]["items"]:
        y = whole.survey.yes(name)
        if name in ("received", "read", "trained") or name.startswith("access"):
            made = whole.survey.share(y)
            source = f"^{name.replace('_', '[_-]')}__yes__proportion__overall__primary__"
            yield say(
                "{}% ({}% interval {}% to {}%; n = {})",
                triple(made)[:1],
                level,
                triple(made)[1:],
                one(made.n),
                source=source + "phrase$",
            )
            yield say("{}", percent(made.value), source=source + "pct$")
    for name in scales:
        made = whole.survey.mean(whole.study.cases[name])
        source = f"^{name}__mean__overall__primary__phrase$"
        yield say(
            "{} ({}% interval {} to {}; n = {})",
            triple(made, 1)[:1],
            level,
            triple(made, 1)[1:],
            one(made.n),
            source=source,
        )


def counts(whole: Whole) -> Iterator[Saying]:
    listed = whole.study.staff
    fixed = {
        "n-list": len(listed),
        "n-eligible": whole.count(),
        "n": whole.answered(),
        "n-complete": whole.answered(codes=("1.1",)),
        "n-partial": whole.answered(codes=("1.2",)),
    }
    for key, value in fixed.items():
        yield say("{}", one(value), source=f"^{key}$")
    yield say("{}", percent(whole.answered() / whole.count()), source="^rr2$")
    yield say("{}%", constant(whole.interval_percent), source="^ci-level$")
    weight = whole.survey.primary.weight
    yield say("{} to {}", one(weight.min()), one(weight.max()), source="^weights-range$")
    yield say("{}", one(whole.survey.primary.n_eff), source="^weights-n-eff$")
    yield say("{}", one(whole.survey.primary.deff), source="^weights-deff$")
    entry = whole.config["sensitivity"]
    yield say("{}", constant(entry["theta_strong"]), source="^theta-strong$")
    yield say("{}", constant(entry["scenario"]["k_grade"]), source="^k-grade$")
    for place in whole.levels:
        rate = whole.answered(place) / whole.count(place)
        yield say(f"{whole.name(place)} ({{}}%)", percent(rate), source="^survey__response-sentence$")
        yield say("{}", percent(rate), source=f"^rr2-{place.lower()}$")
    shifts = [
        100 * abs(e.estimate.value - e.by_scheme["none"].value) for e in whole.headlines if not e.equivalence
    ]
    yield say("more than {} percentage points", one(max(shifts)), source="^claims__largest-shift-sentence$")
    for (_, label), row in table_1(whole).items():
        # The columns: all who were eligible, respondents, and respondents weighted.
        if row[0] is not None and row[2] is not None:
            yield say(f"'{label}' ({{}}% weighted, {{}}% of all eligible)", row[2][0], row[0][1])
    indicators = whole.bias.indicators
    yield say(
        "{} after adjustment for its bias ({} before, standard error {})",
        one(indicators["R_adjusted"][0]),
        one(indicators["R"][0]),
        one(indicators["R_adjusted"][1]),
    )
    for source in ("^bias__representativity-", ""):
        yield say("R-indicator, which is {} where all", constant(1), source=source)
        yield say(
            "{} after adjustment for its bias (standard error {})",
            one(indicators["R_adjusted"][0]),
            one(indicators["R_adjusted"][1]),
            source=source,
        )
        yield say("by at most {} standard deviations", one(indicators["cv_adjusted"][0]), source=source)


def _never_given(whole: Whole, name: str) -> bool:
    """Whether an answer that the questionnaire offers was given by nobody."""
    about = whole.study.codebook["variables"][name]
    codes = whole.study.codebook["value_sets"][about["values"]]
    given = set(whole.study.cases[name].dropna().astype(float))
    return any(float(code) not in given for code in codes if code != "counts")


def methods(whole: Whole) -> Iterator[Saying]:
    """Paragraphs that are written from the configuration."""
    config, staff = whole.config, whole.study.staff
    first, last = (
        datetime.date.fromisoformat(str(config["study"]["field_period"][k])) for k in ("first", "last")
    )
    yield say(
        f"{{}} {first:%B} to {{}} {last:%B %Y}".replace(f"{last.year}", "{}"),
        constant(first.day, last.day, last.year),
    )
    yield say("Of the {} ~~ on the list, {} were eligible", one(len(staff)), one(whole.count()))
    rules = config["response"]
    yield say("at least {}% of the core questions", constant(100 * rules["complete_from"]))
    yield say("as partial from {}%", constant(100 * rules["partial_from"]))
    merging = config["weighting"]["schemes"]["cells"]["collapse"]
    yield say(
        "fewer than {} respondents, or with weights over {} times the mean, were merged",
        constant(merging["min_n"], merging["max_factor"]),
    )
    primary = whole.survey.primary
    yield say(
        "run from {} to {}. Their design effect is {} ~~: by it alone, the {} respondents carry the "
        "information of about {}",
        one(primary.weight.min()),
        one(primary.weight.max()),
        one(primary.deff),
        one(len(primary.weight)),
        one(primary.n_eff),
    )
    level = constant(whole.interval_percent)
    yield say("intervals are at {}%", level)
    if any(_never_given(whole, name) for name in config["analysis"]["items"]):
        yield say("for shares of {}% and {}% by the method of", constant(0, 100))
    yield say("whole {}% confidence interval", level)
    for key, claim in config["claims"].items():
        if claim["kind"] == "equivalence":
            yield say(
                f"{key} ~~the {{}}% interval lies within ±{{}} scale points (two one-sided tests at {{}}%)",
                constant(90, claim["margin"], 5),
                place="sec-claims|sec-estimates",
            )
            continue
        start = f"{key} {claim['label']}"
        if "upper_threshold" in claim:
            yield say(
                start + "~~above {}% and below {}%",
                constant(100 * claim["threshold"], 100 * claim["upper_threshold"]),
            )
        for other in claim.get("sensitivity_thresholds", []):
            yield say(start + "~~above {}% ({}% beside it", constant(100 * claim["threshold"], 100 * other))
        yield say(start + f"~~{claim['direction']} {{}}%", constant(100 * claim["threshold"]))


def notes(whole: Whole) -> Iterator[Saying]:
    """Notes under the tables."""
    level = constant(whole.interval_percent)
    strong = whole.config["sensitivity"]["theta_strong"]
    yield say("(n = {} respondents)", one(whole.answered()))
    yield say("n = {} respondents, weighted to {} eligible people", one(whole.answered()), one(whole.count()))
    yield say("In brackets, {}%", level)
    yield say("in brackets, {}%", level)
    yield say("with {}% credible", level)
    yield say("with its {}% confidence interval", level)
    yield say("(for an equivalence, the {}% interval", constant(90))
    yield say("{} or more, or {}/{} or less, counts as strong", constant(strong, 1, strong))
    yield say(
        "were {} times that among its respondents",
        constant(whole.config["sensitivity"]["scenario"]["k_grade"]),
    )
    yield say("tipping point is {} or more", constant(strong))
    yield say("readers are {} times as common", constant(whole.config["sensitivity"]["scenario"]["k_grade"]))


def alternatives(whole: Whole) -> Iterator[Saying]:
    """Alternative texts of the figures."""
    level = constant(whole.interval_percent)
    k = float(whole.config["sensitivity"]["scenario"]["k_grade"])
    for entry in whole.ledger.entries:
        s = _sign(entry)
        name = entry.claim["short"] + ("" if entry.place == "all" else f", {whole.names[entry.place]}")
        start = f"{entry.key} ({name}): "
        made = triple(entry.estimate, entry.scale)
        bounds = [one(entry.scale * b) for b in entry.bounds]
        if entry.equivalence:
            limits, middle = constant(-entry.claim["margin"], entry.claim["margin"]), "margin {} and {}"
        else:
            limits = constant(100 * entry.claim["threshold"])
            middle = "threshold {}%"
            if "upper_threshold" in entry.claim:
                limits += constant(100 * entry.claim["upper_threshold"])
                middle += " and {}%"
        yield say(
            f"{start}{{}}{s}, {{}}% interval {{}}{s} to {{}}{s}, {middle}, bounds {{}}{s} to {{}}{s}, "
            f"tipping θ {{}}{' ({})' if entry.equivalence else ''}, in the reader scenario {{}}{s}; "
            + GRADES[entry.grade],
            made[0],
            level,
            made[1:],
            limits,
            bounds,
            one(entry.theta),
            [one(entry.shift)] if entry.equivalence else [],
            one(entry.scale * entry.scenario[k]),
            place="fig-ledger",
        )
    yield from _likert(whole)
    yield from _flow(whole)


def _likert(whole: Whole) -> Iterator[Saying]:
    for scale in whole.config["cleaning"]["scales"]:
        parts, values = [], []
        for place in (None, *whole.levels):
            agreed = whole.agreement(scale["variable"], *([place] if place else []))
            (least, low), *_, (most, high) = sorted((made.value, item) for item, made in agreed.items())
            where = f"in {whole.names[place][0].lower() + whole.names[place][1:]}" if place else "among all"
            parts.append(f"{where} from {{}}% ({whole.item(low)}) to {{}}% ({whole.item(high)})")
            values += [percent(least), percent(most)]
        yield say(
            f"{whole.study.codebook['batteries'][scale['variable']]}: ~~ranged " + "; ".join(parts),
            *values,
            place="fig-likert",
        )


def _flow(whole: Whole) -> Iterator[Saying]:
    """Numbers at each step; a step whose parts are withheld shows its total alone."""
    staff, group = whole.study.staff, whole.survey.group
    log = whole.study.log
    steps: list[tuple[str, int, list[int] | None]] = []

    def step(words: str, inside: object) -> None:
        part = staff[inside]
        steps.append((words, len(part), [int((part[group] == p).sum()) for p in whole.levels]))

    code = staff["code"]
    step("On the list", code.notna())
    step("Not eligible (left before start)", code.str.startswith("4"))
    step("Eligible", staff["eligible"])
    step("No reply", code.eq("2.20"))
    step("Refused or another reason", staff["eligible"] & code.isin(["2.111", "2.26", "2.27"]))
    step("Analysed", staff["answered"])
    step("Complete", code.eq("1.1"))
    step("Partial", code.eq("1.2"))
    for words, number, parts in steps:
        tail = "; ".join(f"{whole.names[p]} {{}}" for p in whole.levels)
        yield say(f"{words}: {{}} ({tail})", one(number), *map(one, parts or []), place="fig-flow")
        yield say(f"{words}: {{}} (", one(number), place="fig-flow")
        yield say(f"{words}: {{}}.", one(number), place="fig-flow")
    yield from _records(whole, log)


def _records(whole: Whole, log: dict[str, int]) -> Iterator[Saying]:
    held = whole.study.notes["records"]
    for words, key in (
        ("Questionnaires in the file", "all"),
        ("People with a questionnaire in the file", "people"),
        ("Not on the list", "not_on_list"),
        ("Blank questionnaire", "blank"),
        ("Duplicate questionnaire", "duplicate"),
    ):
        tail = "; ".join(f"{whole.names[p]} {{}}" for p in whole.levels)
        number = held[key]
        yield say(
            f"{words}: {{}} ({tail})",
            one(number["total"]),
            *[one(number[p]) for p in whole.levels],
            place="fig-flow",
        )
        yield say(f"{words}: {{}}", one(number["total"]), place="fig-flow")


def conventions(whole: Whole) -> Iterator[Saying]:
    """Numbers that are no results: of tables, figures, sections, affiliations."""
    claims = whole.config["claims"].values()
    first, *others = sorted(
        {
            100 * limit
            for claim in claims
            for limit in (
                *[claim[t] for t in ("threshold", "upper_threshold") if t in claim],
                *claim.get("sensitivity_thresholds", []),
            )
        }
    )
    limits = Value(first, "constant", others=tuple(others))
    yield say("threshold of {}% and wholly below that of {}%", limits, limits)
    yield say("threshold of {}%", limits)
    for margin in {claim["margin"] for claim in claims if "margin" in claim}:
        yield say("±{}", constant(margin))
    # That of an equivalence is narrower.
    level = constant(whole.interval_percent)[0].value
    yield say("{}% interval", Value(level, "constant", others=(90.0,)))
    for word in ("Table", "Figure", "Section", "Tables", "Figures", "Sections"):
        yield say(f"{word} {{}}", ANY)
    yield say("{} Institution", ANY, place="title-block-header")


# Of one author's works the later ones have their year alone.
LATER = re.compile(r"(?<=[ (]\d{4}, )(\d{4})(?=[);,])")
CITATION = re.compile(r"[A-Z][\w.'-]+[^()]{0,80}?[ (](\d{4})(?=[);,])")


def citations(text: str) -> set[int]:
    """Places of years of publication: after an author's name, before a bracket, semicolon or comma."""
    found = [*CITATION.finditer(text), *LATER.finditer(text)]
    return {match.start(1) for match in found if 1950 <= int(match.group(1)) <= 2030}
