"""What the end of a run shows: who answered, what was asked, and what became of each claim. Plain text."""

from __future__ import annotations

import math
from typing import Any

from surveypipe import formatting
from surveypipe.reporting.answer_blocks import blocks, of_variables
from surveypipe.reporting.claim_names import title
from surveypipe.reporting.lookups import number_of
from surveypipe.reporting.numbers import claim_fields
from surveypipe.reporting.released import SUPPRESSED, Released
from surveypipe.reporting.wording import plan
from surveypipe.reporting.wording.answers import counted_only
from surveypipe.sealing.standing import Standing


def headlines(released: Released, standing: Standing | None = None) -> dict[str, Any]:
    """Gather the few lines that end a run.

    Parameters
    ----------
    released
        The released tables.
    standing
        How the run stands to its sealed plan; None where none is sealed.

    Returns
    -------
    dict
        ``mark`` (of data that are not real, else ''); ``answered`` and ``asked``, each a line;
        ``plan``, a line; ``claims``, each with its key and a line.
    """
    return {
        "mark": mark.record if (mark := released.settings.study.mark) else "",
        "answered": _answered(released),
        "asked": _asked(released),
        "plan": plan.line(standing or Standing()),
        "claims": _claims(released),
    }


def _answered(released: Released) -> str:
    n, size = released.base_size(), released.staff_size()
    people = released.vocabulary.people.many
    who = f"{formatting.count(n)} {people} answered" if math.isfinite(n) else f"{people} answered"
    if released.settings.design.drawn and not released.silent_known:
        return f"Data of {formatting.count(n)} {people}; how many of those drawn are missing is not told."
    if released.population == "none":
        return f"{who}; how many were asked is not known."
    rate = number_of(released.rate("RR2"), "value")
    share = f" (response rate {formatting.percent(rate)})" if math.isfinite(rate) else ""
    return (
        f"{who}, of {formatting.count(size)} counted as eligible{share}."
        if math.isfinite(size)
        else f"{who}."
    )


def _asked(released: Released) -> str:
    questions = of_variables(released.variables)
    tables = formatting.numeral(len(blocks(questions)), "table")
    by = f", by {released.in_text(released.settings.groups[released.group].label)}" if released.levels else ""
    noun = "variable" if released.settings.study.recorded else "question"
    asked = formatting.capital(formatting.numeral(len(questions), noun))
    counted = sum(counted_only(released, question.name) for question in questions)
    if not counted:
        return f"{asked}, described in {tables} of the supplement{by}."
    which = "all" if counted == len(questions) else f"{formatting.numeral(counted)} of them"
    verb = "is" if counted == 1 else "are"
    return f"{asked}, in {tables} of the supplement{by}; {which} {verb} counted and not described."


def _claims(released: Released) -> list[dict[str, str]]:
    made = []
    for row in released.claim_rows():
        if row["group_level"]:
            continue
        if row["status"] == SUPPRESSED:
            made.append({"claim": str(row["claim"]), "text": f"{title(released, row)}: suppressed"})
            continue
        fields = claim_fields(row, released.claim_of(row), released.vocabulary)
        text = f"{title(released, row)}: {fields['est']} ({fields['ci']}); {row['grade_label']}"
        made.append({"claim": str(row["claim"]), "text": text})
    return made
