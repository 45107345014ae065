"""Coded answers to open questions: the coders' file, their agreement, and how often each code was given.

The file is long: one row for an answer and a coder (`case_id, question, coder, codes`), several codes joined
by ``;``, none given left empty. Frequencies are unweighted and of those who wrote, because whoever takes the
trouble to write stands for nobody else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from surveypipe.estimation.rows import estimate_frame, estimate_row
from surveypipe.estimation.survey import Survey, claim_of, places
from surveypipe.measurement.agreement_rows import tidy_codes
from surveypipe.problems import Problems, shown
from surveypipe.study.analysis import Agreement

COLUMNS = ("case_id", "question", "coder", "codes")
SEPARATOR = ";"
CODERS = 2


def check_codes(table: pd.DataFrame, settings: Agreement, source: str) -> None:
    """Check the coders' file against the code lists.

    Raises
    ------
    SurveyError
        Naming every missing column, unknown question or code, doubled row, and a number of coders other than
        two (besides the agreed codes).
    """
    problems = Problems()
    lacking = [name for name in COLUMNS if name not in table]
    if lacking:
        problems.add(f"{source}: the column {shown(lacking)} is missing; it needs {', '.join(COLUMNS)}.")
        problems.raise_if_any()
    questions = settings.questions
    strange = sorted(set(table["question"].dropna()) - set(questions))
    if strange:
        problems.add(
            f"{source}: the questions {shown(strange)} have no code list under analysis.agreement.questions."
        )
    for question, labels in questions.items():
        _check_question(table[table["question"] == question], question, labels, settings, source, problems)
    problems.raise_if_any()


def _check_question(
    rows: pd.DataFrame, question: str, labels: Mapping[str, str], settings: Agreement, source: str,
    problems: Problems,
) -> None:  # fmt: skip
    given = pd.Series([code for text in rows["codes"].fillna("") for code in _split(text)], dtype="object")
    for code, count in given[~given.isin(list(labels))].value_counts().sort_index().items():
        problems.add(
            f"{source}: {question}: the code {code!r} stands {count} times and is not in the code list "
            f"({shown(labels)}); correct it or add it to analysis.agreement.questions."
        )
    doubled = rows[rows.duplicated(["case_id", "coder"])]
    if len(doubled):
        problems.add(
            f"{source}: {question}: {len(doubled)} answers have two rows by one coder "
            f"({shown(doubled['case_id'])}); join their codes by '{SEPARATOR}' in one row."
        )
    coders = sorted(set(rows["coder"].dropna()) - {settings.agreed})
    if len(coders) != CODERS:
        problems.add(
            f"{source}: {question} was coded by {len(coders)} coders ({shown(coders)}); agreement needs two."
        )


def _split(text: str) -> list[str]:
    return [part.strip() for part in str(text).split(SEPARATOR) if part.strip()]


def decisions(rows: pd.DataFrame, coder: str, codes: Sequence[str], ids: Sequence[str]) -> pd.DataFrame:
    """Lay out one coder's decisions, shape (answers, codes): 1 given, 0 not given, NaN not coded."""
    own = rows[rows["coder"] == coder].set_index("case_id")["codes"].fillna("")
    given = {case: set(_split(text)) for case, text in own.items()}
    lines = [
        [float(code in given[case]) if case in given else float("nan") for code in codes] for case in ids
    ]
    return pd.DataFrame(lines, index=pd.Index(ids, name="id"), columns=list(codes))


def writers(survey: Survey, question: str) -> list[str]:
    """Respondents who wrote something in answer to an open question."""
    text = survey.respondents[question].fillna("").astype(str).str.strip()
    return list(survey.respondents.loc[text != "", "id"])


def coding_notes(survey: Survey, table: pd.DataFrame, settings: Agreement) -> list[str]:
    """Say which answers were not coded, and which codes belong to no answer and were left out."""
    made = []
    for question in settings.questions:
        wrote = set(writers(survey, question))
        rows = table[table["question"] == question]
        strangers = set(rows["case_id"]) - wrote
        coders = rows[rows["coder"] != settings.agreed].groupby("case_id")["coder"].nunique()
        uncoded = wrote - set(coders[coders == CODERS].index)
        if strangers:
            made.append(f"{question}: codes of {len(strangers)} persons without an answer were left out.")
        if uncoded:
            made.append(f"{question}: {len(uncoded)} of {len(wrote)} answers were not coded by both coders.")
    return made


def open_answer_rows(survey: Survey, table: pd.DataFrame, settings: Agreement, seed: int) -> pd.DataFrame:
    """Agreement between the two coders by code and pooled, and the frequency of each code by group.

    Parameters
    ----------
    survey
        Respondents with their written answers.
    table
        The coders' file.
    settings
        Section ``analysis.agreement``: `questions` (codes and labels by question), `agreed` (the coder under
        whose name the reconciled codes stand; without one a code counts where both gave it).
    seed
        Of the bootstrap interval of Krippendorff's alpha.
    """
    parts: list[dict[Any, Any]] = []
    for question, labels in settings.questions.items():
        rows = table[table["question"] == question]
        ids, codes = writers(survey, question), list(labels)
        names = sorted(set(rows["coder"].dropna()) - {settings.agreed})
        first, second = (decisions(rows, name, codes, ids) for name in names)
        if int((first.notna() & second.notna()).all(axis=1).sum()) < CODERS:
            continue
        words = {question: survey.label(question), **labels}
        parts += tidy_codes(
            question, first, second, labels=words, ci_level=survey.level, seed=seed,
            scheme=survey.unweighted or "none",
        ).to_dict("records")  # fmt: skip
        final = first * second
        if settings.agreed:
            final = decisions(rows, settings.agreed, codes, ids)
        parts += _frequency_rows(survey, question, labels, final, bool(settings.agreed))
    return estimate_frame([{str(name): value for name, value in row.items()} for row in parts])


def _frequency_rows(
    survey: Survey, question: str, labels: Mapping[str, str], final: pd.DataFrame, agreed: bool
) -> list[dict[str, Any]]:
    rows = []
    how = "codes agreed by the coders" if agreed else "codes given by both coders"
    for group, level, inside in places(survey):
        own = final.loc[final.index.isin(survey.respondents.loc[inside, "id"])].dropna()
        for code, label in labels.items():
            n_level = int(own[code].sum())
            rows.append(estimate_row(
                question, "proportion", n_level / len(own) if len(own) else float("nan"),
                level=code, level_label=label, group=group, group_level=level, n=len(own), n_level=n_level,
                scheme=survey.unweighted or "none", variable_label=survey.label(question),
                base="wrote an answer", method=f"share of those who wrote, unweighted; {how}",
                claim=claim_of(survey.settings).get(question, ""),
            ))  # fmt: skip
    return rows
