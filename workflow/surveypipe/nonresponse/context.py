"""What the non-response bias analysis says of each claim, beside its grade: context, never rule."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from surveypipe.ledger.cases import Case
from surveypipe.ledger.outcomes import MixtureOutcome
from surveypipe.nonresponse import indicators
from surveypipe.nonresponse.study import Study

COLUMNS = (
    "claim", "group", "group_level", "n", "N", "R", "R_adjusted", "R_se", "cv_adjusted", "v_response",
    "weighting_shift", "weighting_shift_p", "wave_late_minus_early", "wave_p", "wave_note",
    "wave_all_staff_on_line", "fmi", "share_unknown", "rho", "proxy_weak", "phi_low", "phi_high", "phi_note",
    "refusal",
)  # fmt: skip


def table(study: Study, analysis: pd.DataFrame, mixtures: pd.DataFrame) -> pd.DataFrame:
    """Gather what stands beside each claim in the ledger: context, never rule.

    Parameters
    ----------
    study
        See :class:`Study`.
    analysis
        From :func:`surveypipe.nonresponse.report.report`.
    mixtures
        Proxy pattern mixtures, from :func:`surveypipe.ledger.not_at_random.table`.

    Returns
    -------
    DataFrame
        Columns :data:`COLUMNS`, one row per row of the ledger. In a row of one group, R is that of
        the group. ``phi_low`` and ``phi_high`` leave out what is not for a headline.
    """
    return pd.DataFrame(
        [_row(study, case, analysis, mixtures) for case in study.cases], columns=list(COLUMNS)
    )


def _row(study: Study, case: Case, analysis: pd.DataFrame, mixtures: pd.DataFrame) -> dict[str, Any]:
    own = analysis[(analysis["claim"] == case.key) & (analysis["group_level"] == case.group_level)]
    own = own[own["group"] == case.group]

    def value(step: str, measure: str, column: str = "estimate", **more: str) -> Any:
        rows = own[(own["step"] == step) & (own["measure"] == measure)]
        for key, wanted in more.items():
            rows = rows[rows[key] == wanted]
        return rows[column].iloc[0] if len(rows) else (math.nan if column != "note" else "")

    late = {"step": "early_late", "measure": "late_minus_early"}
    response = analysis[analysis["measure"] == "v_response"]["estimate"]
    made = {"claim": case.key, "group": case.group, "group_level": case.group_level, "N": case.population}
    return {
        **made,
        "n": value("missing_information", "fmi", "n"),
        **_group_representativity(study, case),
        "v_response": response.max(),
        "weighting_shift": value("weighting", "shift", scheme=study.primary),
        "weighting_shift_p": value("weighting", "shift", "p_value", scheme=study.primary),
        "wave_late_minus_early": value(**late),
        "wave_p": value(**late, column="p_value"),
        "wave_note": value(**late, column="note"),
        "wave_all_staff_on_line": value("extrapolation", "all_staff_on_line"),
        "fmi": value("missing_information", "fmi"),
        "share_unknown": value("missing_information", "share_unknown"),
        **_proxy(mixtures, case),
    }


def _group_representativity(study: Study, case: Case) -> dict[str, float]:
    part = study.part(case)
    staff, r = study.staff[part], study.respondent[part]
    names = [name for name in study.auxiliaries if staff[name].nunique() > 1]
    if not r.any() or not names:
        return dict.fromkeys(("R", "R_adjusted", "R_se", "cv_adjusted"), math.nan)
    found = indicators.representativity(staff, r, names)
    return {
        "R": found.R, "R_adjusted": found.R_adjusted, "R_se": found.se, "cv_adjusted": found.cv_adjusted,
    }  # fmt: skip


def _proxy(mixtures: pd.DataFrame, case: Case) -> dict[str, Any]:
    rows = mixtures[
        (mixtures["claim"] == case.key)
        & (mixtures["group"] == case.group)
        & (mixtures["group_level"].fillna("") == case.group_level)
        & (mixtures["method"] == "proxy")
    ]
    if rows["rho"].isna().all():
        told = rows.iloc[0] if len(rows) else {"note": "not estimable", "refusal": ""}
        nothing = dict.fromkeys(("rho", "phi_low", "phi_high"), math.nan)
        return {**nothing, "proxy_weak": "", "phi_note": told["note"], "refusal": told["refusal"]}
    weak = bool(rows["proxy_weak"].eq(True).any())
    shown_rows = rows[(rows["outcome"] == MixtureOutcome.ESTIMATED) & rows["estimate"].notna()]
    return {
        "rho": rows["rho"].iloc[0], "proxy_weak": weak, "phi_low": shown_rows["estimate"].min(),
        "phi_high": shown_rows["estimate"].max(),
        "phi_note": "weak proxy: phi up to .5 only" if weak else "phi 0 to 1",
        "refusal": "",
    }  # fmt: skip
