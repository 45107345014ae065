"""Dispositions of everyone on the staff list, AAPOR outcome rates and the flow of a survey.

Source of codes and formulas: AAPOR, *Standard Definitions*, 9th edition (2016), for surveys of specifically
named persons by mail and on the web. The 10th edition (2023) re-numbers some codes and is not offered.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from surveypipe.problems import Problems, SurveyError, shown
from surveypipe.study.response import Response

COMPLETE, PARTIAL, BREAK_OFF, LATE = "1.1", "1.2", "2.12", "2.27"
NOTHING_RETURNED, NON_CONTACT = "3.19", "2.20"


# Edition -> code -> (label, modes in which the code exists).
DISPOSITION_CODES: dict[str, dict[str, tuple[str, str]]] = {
    "2016": {
        "1.1": ("Complete", "mail web"),
        "1.2": ("Partial", "mail web"),
        "2.10": ("Refusal and break-off", "mail web"),
        "2.11": ("Refusal", "mail web"),
        "2.111": ("Explicit refusal", "mail web"),
        "2.112": ("Implicit refusal", "mail web"),
        "2.1121": ("Logged on, answered nothing", "web"),
        "2.1122": ("Read receipt, refusal", "web"),
        "2.12": ("Break-off, or too few questions answered", "mail web"),
        "2.20": ("No contact", "mail web"),
        "2.26": ("Unavailable throughout the field period", "mail web"),
        "2.27": ("Completed, not returned in time", "mail web"),
        "2.30": ("Other eligible", "mail web"),
        "2.31": ("Deceased", "mail"),
        "2.32": ("Physically or mentally unable", "mail"),
        "2.33": ("Language", "mail web"),
        "2.34": ("Literacy", "mail"),
        "2.36": ("Miscellaneous", "mail"),
        "3.11": ("No invitation sent", "mail web"),
        "3.19": ("Nothing ever returned", "mail web"),
        "3.20": ("Undeliverable, eligibility unknown", "mail"),
        "3.30": ("Invitation undelivered, or forwarded", "mail web"),
        "3.40": ("Returned with forwarding information", "mail web"),
        "3.90": ("Other unknown eligibility", "mail web"),
        "3.91": ("Returned from an address not in the sample", "mail web"),
        "4.10": ("Not eligible", "mail web"),
        "4.80": ("Quota filled", "web"),
        "4.81": ("Duplicate listing", "mail web"),
        "4.90": ("Other not eligible", "mail web"),
    }
}


def disposition_codes(edition: str = "2016", mode: str | None = None) -> pd.DataFrame:
    """Look-up table of final disposition codes.

    Parameters
    ----------
    edition
        Year of the edition of the Standard Definitions.
    mode
        ``mail`` or ``web``; None for the codes of both.

    Returns
    -------
    pandas.DataFrame
        Columns code, category (one of :data:`CATEGORIES`), label.

    Raises
    ------
    SurveyError
        If the edition is not among those held.
    """
    if edition not in DISPOSITION_CODES:
        raise SurveyError(
            f"response.edition: the codes of edition '{edition}' are not held; use one of "
            f"{shown(DISPOSITION_CODES)}."
        )
    rows = [
        (code, category_of(code), label)
        for code, (label, modes) in DISPOSITION_CODES[edition].items()
        if mode is None or mode in modes.split()
    ]
    return pd.DataFrame(rows, columns=["code", "category", "label"])


def category_of(code: str) -> str:
    """Category that a final disposition code counts in, by the first digits of the code."""
    leading = (("1.1", "I"), ("1.2", "P"), ("2.1", "R"), ("2.2", "NC"), ("2.3", "O"), ("3.1", "UH"))
    for start, category in leading:
        if code.startswith(start):
            return category
    families = {"3": "UO", "4": "IE"}
    if code[:1] not in families:
        raise SurveyError(f"response.dispositions: '{code}' is not an AAPOR final disposition code.")
    return families[code[0]]


def verified_code(code: str, verified: bool) -> str:
    """Move a code between 'eligible' and 'eligibility unknown', as far as the staff list allows.

    On a verified list everyone is known to be eligible, so unknown eligibility becomes non-contact. On
    an unverified one silence proves nothing, so non-contact becomes 'nothing ever returned'. Absence
    (2.26) and lateness (2.27) are facts about a person and stay.
    """
    if verified and code.startswith("3"):
        return NON_CONTACT
    if not verified and code == NON_CONTACT:
        return NOTHING_RETURNED
    return code


def dispositions(
    frame: pd.DataFrame,
    answered: pd.DataFrame,
    response: Response,
    *,
    verified: bool,
    dropped: pd.DataFrame | None = None,
    rule_types: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """Give everyone on the staff list one final disposition.

    Parameters
    ----------
    frame
        One row per person: ``id``, optional ``outcome``, any other frame columns.
    answered
        Accepted questionnaires: ``id``, ``share_answered`` (share of the core items that applied).
    response
        The configuration's section ``response``.
    verified
        Whether all on the list are known to have been in post.
    dropped
        Records that cleaning dropped: ``case_id`` and ``rule``, one row per record.
    rule_types
        Cleaning rule -> its type; a record dropped for lateness is 2.27, for anything else 2.12.

    Returns
    -------
    pandas.DataFrame
        The frame in its own order, with code, category, label, respondent.

    Raises
    ------
    SurveyError
        If outcomes are not in the configuration, codes are unknown, a questionnaire has no person on the
        list, or someone not eligible has answered.
    """
    table = disposition_codes(response.edition).set_index("code")
    mapping = response.dispositions
    _check(frame, answered, mapping, set(table.index))
    returned = mapping.get("returned", BREAK_OFF)
    code = _listed_codes(frame, mapping, verified)
    eligible = ~code.str.startswith("4")
    for case, rule in _dropped_pairs(dropped):
        code[(frame["id"] == case) & eligible] = LATE if (rule_types or {}).get(rule) == "late" else returned
    share = frame["id"].map(answered.set_index("id")["share_answered"])
    code[share.notna()] = BREAK_OFF
    code[share >= response.partial_from] = PARTIAL
    code[share >= response.complete_from] = COMPLETE
    _check_eligible(frame, answered, mapping)
    made = frame.copy()
    made["code"] = code
    made["category"] = code.map(table["category"])
    made["label"] = code.map(table["label"])
    made["respondent"] = code.isin([COMPLETE, PARTIAL])
    return made.reset_index(drop=True)


def _listed_codes(frame: pd.DataFrame, mapping: Mapping[str, str], verified: bool) -> pd.Series:
    if "outcome" not in frame:
        listed = pd.Series(NON_CONTACT, index=frame.index)
    else:
        listed = frame["outcome"].astype("object").map(mapping).fillna(NON_CONTACT)
    return listed.map(lambda code: verified_code(code, verified)).astype("object")


def _dropped_pairs(dropped: pd.DataFrame | None) -> list[tuple[str, str]]:
    if dropped is None or dropped.empty:
        return []
    known = dropped.dropna(subset=["case_id"])
    return list(zip(known["case_id"].astype(str), known["rule"].astype(str), strict=True))


def _check(frame: pd.DataFrame, answered: pd.DataFrame, mapping: Mapping[str, str], codes: set[str]) -> None:
    problems = Problems()
    unknown = {key: code for key, code in mapping.items() if code not in codes}
    for key, code in unknown.items():
        problems.add(
            f"config, response.dispositions: '{key}' is given the code {code}, which is not among the AAPOR "
            "codes held; see the table of codes in the documentation."
        )
    if "outcome" in frame:
        listed = frame["outcome"].dropna()
        for value, cases in listed[~listed.isin(list(mapping))].value_counts().sort_index().items():
            problems.add(
                f"staff list, outcome: '{value}' ({cases} staff) has no disposition; add it to "
                "response.dispositions with an AAPOR code, or correct the list."
            )
    strangers = sorted(set(answered["id"]) - set(frame["id"]))
    if strangers:
        problems.add(
            f"survey: {len(strangers)} accepted questionnaires carry an id that is not on the staff list "
            f"({shown(strangers)}); add these people to the list or let the rule 'not_on_frame' drop them."
        )
    for name, table in (("staff list", frame), ("survey", answered)):
        twice = sorted(table.loc[table["id"].duplicated(), "id"].unique())
        if twice:
            problems.add(
                f"{name}: {len(twice)} ids occur more than once ({shown(twice)}); keep one row each."
            )
    if answered["share_answered"].isna().any():
        cases = int(answered["share_answered"].isna().sum())
        problems.add(f"survey: for {cases} accepted questionnaires no core item applied; check the routing.")
    problems.raise_if_any()


def _check_eligible(frame: pd.DataFrame, answered: pd.DataFrame, mapping: Mapping[str, str]) -> None:
    if "outcome" not in frame:
        return
    barred = [key for key, code in mapping.items() if code.startswith("4")]
    both = frame.loc[frame["outcome"].isin(barred) & frame["id"].isin(answered["id"]), "id"]
    if len(both):
        raise SurveyError(
            f"staff list, outcome: {len(both)} people listed as not eligible ({shown(barred)}) returned a "
            f"questionnaire ({shown(sorted(both))}); correct the outcome or take the questionnaire out."
        )
