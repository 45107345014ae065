"""The tables and figures of the answers to every question, section by section of the codebook."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from recomputation.article_tables import Rows
from recomputation.book import Saying, Value, constant, one, percent, say
from recomputation.estimates import Estimate
from recomputation.supplement_tables import triple
from recomputation.whole import Whole

# A question of one's own words, a date or one that the analysis leaves aside is counted.
COUNTED = " (counted)"


def sections(whole: Whole) -> list[list[str]]:
    """Questions of each section, in the order of the form."""
    made: dict[str, list[str]] = {}
    for name, about in whole.study.codebook["variables"].items():
        if about.get("role", "question") == "question":
            made.setdefault(about["section"], []).append(name)
    return list(made.values())


def points(whole: Whole, name: str) -> list[Estimate]:
    """Share of each answer, over all."""
    column = whole.study.cases[name].astype(float)
    codes = whole.study.codebook["value_sets"][whole.study.codebook["variables"][name]["values"]]
    held = [float(code) for code in codes if code != "counts"]
    return [whole.survey.share((column == code).astype(float).where(column.notna())) for code in held]


def table(whole: Whole, number: int) -> Rows:
    # Headings are the codes of the five answers, then the two upper ones together.
    codes = [constant(code) for code in range(1, 6)]
    heads = [[], *codes, [], *[constant(4, 5)] * (1 + len(whole.levels))]
    rows: Rows = {}
    for name in sections(whole)[number]:
        kind = whole.study.codebook["variables"][name]["type"]
        rows |= {("", "(header)"): heads} if kind == "ordinal" else {}
        if name not in whole.config["analysis"]["items"]:
            answered = [[one(int(whole.study.cases[name].notna().sum()))]]
            rows["*", whole.label(name)] = answered
            rows["*", whole.label(name) + COUNTED] = answered
            continue
        made: list[list[Value]] = []
        places = ("all", *whole.levels)
        if kind == "ordinal":
            agreed = [whole.survey.share(whole.survey.agrees(name), place) for place in places]
            made = [[one(agreed[0].n)], *([percent(part.value)] for part in points(whole, name))]
            made.append(triple(whole.survey.mean(whole.study.cases[name].astype(float)), 1))
            made += [triple(part) for part in agreed]
            rows["*", whole.item(name)] = made
            continue
        for place in places:
            found = whole.survey.share(whole.survey.yes(name), place)
            made += [[one(found.n)], triple(found)]
        rows["*", f"{whole.label(name)}: Yes"] = made
    return rows


def figures(whole: Whole) -> Iterator[Saying]:
    """Alternative texts: each answer to a rating, and the counted answer of the others, also by group."""
    for answers in whole.study.codebook["value_sets"].values():
        labels = {code: label for code, label in answers.items() if code != "counts"}
        words = "; ".join(f"{{}}, {label}" for label in labels.values())
        yield say(f"Answers: {words}.", constant(*map(float, labels)))
    for number, names in enumerate(sections(whole), start=1):
        for name in set(names) & set(whole.config["analysis"]["items"]):
            about = whole.study.codebook["variables"][name]
            place = f"fig-answers-{number}"
            if about["type"] == "ordinal":
                codes = whole.study.codebook["value_sets"][about["values"]]
                labels = [label for code, label in codes.items() if code != "counts"]
                words = ", ".join(f"{label} {{}}%" for label in labels)
                values = [percent(part.value) for part in points(whole, name)]
                yield say(f"{whole.item(name)}: {words}.", *values, place=place)
                continue
            yes = whole.survey.yes(name)
            shares = [percent(whole.survey.share(yes, part).value) for part in ("all", *whole.levels)]
            groups = [whole.names[level] for level in whole.levels]
            shown = "; ".join(["all {}%", *(f"{group} {{}}%" for group in groups)])
            hidden = "; ".join(["all {}%", *(f"{group} suppressed" for group in groups)])
            yield say(f"{whole.item(name)}: Yes: {shown}.", *shares, place=place)
            yield say(f"{whole.item(name)}: Yes: {hidden}.", shares[0], place=place)


# As many as the shipped form has sections.
TABLES: dict[str, Callable[[Whole], Rows]] = {
    f"tbl-answers-{number + 1}": partial(table, number=number) for number in range(8)
}
