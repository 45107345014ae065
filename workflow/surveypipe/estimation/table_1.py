"""Table 1: who the respondents are, by group, beside everyone eligible."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from surveypipe.estimation.survey import indicator
from surveypipe.identifiers import NOT_ANSWERED
from surveypipe.problems import Problems
from surveypipe.standardised import standardised_difference
from surveypipe.study.frame import Group

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = (
    "variable", "variable_label", "level", "level_label", "group", "group_level", "n", "percent", "frame_n",
    "frame_percent", "std_diff",
)  # fmt: skip
NOT_ANSWERED_LABEL = "Not answered"


def table_1(
    respondents: pd.DataFrame,
    weights: np.ndarray,
    eligible: pd.DataFrame,
    variables: Mapping[str, Mapping[str, Any]],
    characteristics: Sequence[str],
    groups: Mapping[str, Group],
) -> pd.DataFrame:
    """Tabulate characteristics of respondents beside the frame.

    Parameters
    ----------
    respondents
        One row per respondent.
    weights
        Final weights of the primary scheme, shape (n,).
    eligible
        Everyone eligible; a characteristic that is not a column of it has no frame figures.
    variables
        Variable -> label, type and values.
    characteristics
        Variables to tabulate, in order; categorical or in bands.
    groups
        Grouping variables with their levels. A grouping variable is not crossed with itself.

    Returns
    -------
    DataFrame
        :data:`COLUMNS`. ``n`` unweighted; ``percent`` weighted, of those who answered; ``std_diff`` the
        standardised difference (p − q) / √((p(1 − p) + q(1 − q)) / 2) of the *unweighted* share of
        respondents p from the frame's share q. Level
        :data:`surveypipe.identifiers.NOT_ANSWERED` counts who did not answer.

    Raises
    ------
    SurveyError
        If a characteristic has no list of values.
    """
    import pandas as pd

    problems = Problems()
    for name in characteristics:
        if not variables[name].get("values"):
            problems.add(
                f"analysis.characteristics: '{name}' has no list of answers; "
                "give it bands in cleaning.recodes."
            )
    problems.raise_if_any()
    rows: list[dict[str, Any]] = []
    for name in characteristics:
        for group, level in _places(groups, name):
            rows += _variable_rows(respondents, weights, eligible, name, variables[name], group, level)
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _places(groups: Mapping[str, Group], name: str) -> Iterator[tuple[str, str]]:
    yield "overall", ""
    for group, about in groups.items():
        if group != name:
            for level in about.levels:
                yield group, str(level)


def _variable_rows(
    respondents: pd.DataFrame,
    weights: np.ndarray,
    eligible: pd.DataFrame,
    name: str,
    about: Mapping[str, Any],
    group: str,
    group_level: str,
) -> Iterator[dict[str, Any]]:
    inside = np.ones(len(respondents), bool) if not group_level else _within(respondents, group, group_level)
    # Of a group that only the questionnaire tells, the frame holds nothing to set beside it.
    known_frame = name in eligible and (not group_level or group in eligible)
    staff = eligible[_within(eligible, group, group_level)] if known_frame and group_level else eligible
    answered = inside & respondents[name].notna().to_numpy()
    head = {"variable": name, "variable_label": about["label"], "group": group, "group_level": group_level}
    for code, text in about["values"].items():
        hit = indicator(respondents[name], code) == 1.0
        n, base = int((hit & answered).sum()), int(answered.sum())
        frame_n = float((indicator(staff[name], code) == 1.0).sum()) if known_frame else np.nan
        frame_share = frame_n / len(staff) if known_frame and len(staff) else np.nan
        yield {
            **head,
            "level": str(code),
            "level_label": text,
            "n": n,
            "percent": 100 * weights[hit & answered].sum() / weights[answered].sum() if base else np.nan,
            "frame_n": frame_n,
            "frame_percent": 100 * frame_share,
            "std_diff": standardised_difference(n / base if base else np.nan, frame_share),
        }
    yield {
        **head,
        "level": NOT_ANSWERED,
        "level_label": NOT_ANSWERED_LABEL,
        "n": int((inside & ~answered).sum()),
    }


def _within(people: pd.DataFrame, group: str, level: str) -> np.ndarray:
    return np.asarray(indicator(people[group], level) == 1.0)
