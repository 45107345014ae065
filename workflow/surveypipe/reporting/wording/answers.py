"""The answers, by section of the questionnaire: what tables and figures show, and what was found.

Two texts are made. ``answers`` holds every table and figure, for a supplement; ``answers_found`` has a line
for each question, for an article to begin from.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from surveypipe.estimation.estimates import merged_categories
from surveypipe.formatting import escape, percent, sentence_list
from surveypipe.reporting.answer_blocks import Block, Question, blocks, of_variables
from surveypipe.reporting.figures.answer_lines import drawable, panels_of
from surveypipe.reporting.figures.answers import groups_drawn
from surveypipe.reporting.lookups import known, met_by_weights, number_of, people_behind
from surveypipe.reporting.released import Released
from surveypipe.reporting.tables.measurement import coded_questions
from surveypipe.reporting.tables.question_notes import counted_row
from surveypipe.reporting.tables.questions import block_caption, section_title
from surveypipe.reporting.wording.ledger import Facts
from surveypipe.study.item_types import MEAN, type_of
from surveypipe.wording import Markdown, Wording

if TYPE_CHECKING:
    import pandas as pd

# An article says the main finding of so many questions of a section, and draws no more figures than this.
MOST_SAID, MOST_FIGURES = 8, 6


def texts(released: Released, words: Wording) -> dict[str, str]:
    """Write both texts, by the name of their file without its ending."""
    every = blocks(of_variables(released.variables))
    sections = [(key, list(run)) for key, run in groupby(every, lambda block: block.section)]
    named = len(sections) > 1 or any(section_title(released, key) for key, _ in sections)
    whole, found = [list[str](), list[str]()]
    few = figures_in_article(released)
    level: float | None = released.settings.analysis.ci_level
    for key, inside in sections:
        recorded = released.settings.study.recorded
        title = words.say(
            "answers/title", title=section_title(released, key), alone=not named, recorded=recorded
        )
        head = [f"## {title}"]
        shown = _shown(released, inside, several=named)
        # A supplement has a heading of its own above all of them; an article has that of the response.
        whole += [*(head if named else []), words.say("answers/section", **shown)]
        figures = shown["figures"] if few else []
        said = words.say("answers/found", **_found(released, inside), figures=figures, ci_level=level)
        # What brackets hold is said once.
        level = None if said else level
        # A section of which the weights alone are made has nothing to find.
        found += [*head, said] if said else []
        for block in inside:
            drawn = [_figure(released, block)] if drawable(released, block) else []
            whole += [f"{{{{< include {block.table}.md >}}}}", *drawn]
            found += drawn if few else []
    return {"answers": "\n\n".join(whole) + "\n", "answers_found": "\n\n".join(filter(None, found)) + "\n"}


def figures_in_article(released: Released) -> bool:
    """Whether the figures of the answers are so few that an article shows them."""
    return (
        len([one for one in blocks(of_variables(released.variables)) if drawable(released, one)])
        <= MOST_FIGURES
    )


def _figure(released: Released, block: Block) -> str:
    caption = f"{block_caption(released, block)}. {_shown_by(released, block)}"
    return f'![{caption}.](figures/{block.figure}){{#fig-{block.figure} fig-alt="@alt:{block.figure}"}}'


def _shown_by(released: Released, block: Block) -> str:
    """Say what a figure shows of a block, so that it can be read apart from the text."""
    weighted, recorded = released.weighted, released.settings.study.recorded
    each = "statement" if block.ratings else "question"
    who = "that hold each variable" if recorded else f"who answered each {each}"
    words = released.vocabulary.fill(f"{{{'questionnaire' if recorded else 'respondents'}.many}} {who}")
    of = f"of the {escape(words)}"
    if block.ratings:
        return f"{'Weighted shares' if weighted else 'Shares'} {of}"
    panels = panels_of(released, block, [])
    shares, means = (any(panel.numbers is numbers for panel in panels) for numbers in (False, True))
    named = " and ".join(name for name, there in (("shares", shares), ("means", means)) if there)
    by = ", for all and by group" if groups_drawn(released, block) else ""
    return f"{'Weighted ' + named if weighted else named.capitalize()} {of}, with their intervals{by}"


def counted_only(released: Released, name: str) -> bool:
    """Whether a question is counted, and neither estimated nor described as a characteristic."""
    return counted_row(released, name) is not None and name not in set(released.table("table_1")["variable"])


def _shown(released: Released, inside: Sequence[Block], *, several: bool) -> Facts:
    questions = [question for block in inside for question in block.questions]
    counted = {question.name for question in questions if counted_row(released, question.name) is not None}
    described = {name for name in counted if not counted_only(released, name)}
    known = {question.name for question in questions} & set(met_by_weights(released)) - counted

    def labels(names: set[str]) -> list[str]:
        return [released.in_text(released.label(one.name)) for one in questions if one.name in names]

    return {
        "tables": [Markdown(f"@tbl-{block.table.replace('_', '-')}") for block in inside],
        "figures": [Markdown(f"@fig-{block.figure}") for block in inside if drawable(released, block)],
        "questions": len(questions),
        "counted": len(counted - described),
        "coded": len(counted & set(coded_questions(released.table("estimates")))),
        "described": labels(described),
        "known": labels(known),
        "undrawn": bool(counted | known),
        "recorded": released.settings.study.recorded,
        "several": several,
    }


def _found(released: Released, inside: Sequence[Block]) -> Facts:
    questions = [question for block in inside for question in block.questions]
    # Of a grouping that is only counted, the numbers stand beside every result.
    groups = released.settings.groups
    met = set(met_by_weights(released))
    questions = [
        one
        for one in questions
        if one.name not in met and (one.name not in groups or counted_row(released, one.name) is None)
    ]
    return {
        "recorded": released.settings.study.recorded,
        "found": [finding(released, question) for question in questions[:MOST_SAID]],
        "more": max(0, len(questions) - MOST_SAID),
    }


def finding(released: Released, question: Question) -> Facts:
    """Give the main finding of a question: a share, the most frequent answer, a mean, or a count."""
    counted = counted_row(released, question.name)
    people = people_behind(released, question.name)
    label = released.label(question.name) + (f", {people}" if people else "")
    if counted is not None:
        n = number_of(counted, "estimate")
        return {"kind": "counted" if known(n) else "withheld", "label": label, "n": n}
    unit = str(released.variables[question.name].get("unit") or "")
    for kind, answer, row in _candidates(released, question):
        facts = {
            "estimate": number_of(row, "estimate"),
            "low": number_of(row, "ci_low"),
            "high": number_of(row, "ci_high"),
            "n": number_of(row, "n"),
        }
        if known(*facts.values()):
            return {"kind": kind, "label": label, "answer": answer, "unit": unit, **facts}
    return {"kind": "withheld", "label": label}


def _candidates(
    released: Released, question: Question
) -> Iterator[tuple[str, str | Markdown, pd.Series | None]]:
    """Rows that may stand for a question, the best first."""
    name, values = question.name, released.values(question.name)
    kind = type_of(released.variables[name])
    if not kind.listed:
        yield "number", "", released.summary(name, MEAN)
        return
    if kind.ordered and (merged := merged_categories(values)):
        upper = _either([values[code] for code in merged[-1][2]])
        yield "rating", upper, released.share(name, "high")
    shown = released.answers_shown(name)
    if len(shown) == 1:
        yield "box" if question.set else "share", values[shown[0]], released.share(name, shown[0])
        return
    yield from _most_frequent(released, name)


def _most_frequent(released: Released, name: str) -> Iterator[tuple[str, str | Markdown, pd.Series | None]]:
    """Answers that no other of the question exceeds as printed; a share alone where one withheld may."""
    rows = [(text, released.share(name, code)) for code, text in released.values(name).items()]
    shares = [(text, number_of(row, "estimate"), row) for text, row in rows]
    told = [(text, share, row) for text, share, row in shares if known(share)]
    if not told:
        return
    most = max(share for _, share, _ in told)
    tied = [(text, row) for text, share, row in told if percent(share) == percent(most)]
    if len(told) < len(rows) and most <= 1 - sum(share for _, share, _ in told):
        yield "share", *tied[0]
    elif len(tied) == len(rows):
        yield "even", "", tied[0][1]
    elif len(tied) > 1:
        yield "tied", Markdown(sentence_list([f"'{escape(text)}'" for text, _ in tied])), tied[0][1]
    else:
        yield "category", tied[0][0], tied[0][1]


def _either(labels: Sequence[str]) -> Markdown:
    """Name answers in a row: each of a few, of many the ends."""
    quoted = [f"'{escape(label)}'" for label in labels]
    return Markdown(sentence_list(quoted, "or") if len(quoted) <= 3 else f"{quoted[0]} to {quoted[-1]}")
