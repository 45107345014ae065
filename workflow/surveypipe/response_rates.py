"""Dispositions of everyone on the staff list, AAPOR outcome rates and the flow of a survey.

Source of codes and formulas: AAPOR, *Standard Definitions*, 9th edition (2016), for surveys of specifically
named persons by mail and on the web. The 10th edition (2023) re-numbers some codes and is not offered.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence

import pandas as pd

from surveypipe.problems import Problems, SurveyError, shown
from surveypipe.study.response import Response

COMPLETE, PARTIAL, BREAK_OFF, LATE = "1.1", "1.2", "2.12", "2.27"
NOTHING_RETURNED, NON_CONTACT = "3.19", "2.20"

CATEGORIES = ("I", "P", "R", "NC", "O", "UH", "UO", "IE")

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

# Rate -> (numerator, denominator), each as a formula over the category counts, D, U and e.
FORMULAS: dict[str, tuple[str, str]] = {
    "RR1": ("I", "D + U"),
    "RR2": ("I + P", "D + U"),
    "RR3": ("I", "D + e U"),
    "RR4": ("I + P", "D + e U"),
    "RR5": ("I", "D"),
    "RR6": ("I + P", "D"),
    "COOP1": ("I", "I + P + R + O"),
    "COOP2": ("I + P", "I + P + R + O"),
    "COOP3": ("I", "I + P + R"),
    "COOP4": ("I + P", "I + P + R"),
    "REF1": ("R", "D + U"),
    "REF2": ("R", "D + e U"),
    "REF3": ("R", "D"),
    "CON1": ("I + P + R + O", "D + U"),
    "CON2": ("I + P + R + O", "D + e U"),
    "CON3": ("I + P + R + O", "D"),
}

RATE_COLUMNS = ["group", "group_level", "rate", "value", "numerator", "denominator", "formula"]


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


def counts(made: pd.DataFrame) -> dict[str, int]:
    """Count the categories of a table of dispositions.

    Raises
    ------
    SurveyError
        If they do not sum to the number of people: someone then has no disposition.
    """
    found = made["category"].value_counts()
    held = {category: int(found.get(category, 0)) for category in CATEGORIES}
    if sum(held.values()) != len(made):
        raise SurveyError(
            f"dispositions: they sum to {sum(held.values())}, but {len(made)} people are on the staff list; "
            "each person needs exactly one disposition."
        )
    return held


def casro_e(held: Mapping[str, int]) -> float:
    """Estimate the share of unknown cases that are eligible: (ER + EN) / (ER + EN + IE)."""
    eligible = sum(held[key] for key in ("I", "P", "R", "NC", "O"))
    known = eligible + held["IE"]
    return eligible / known if known else 1.0


def outcome_rates(held: Mapping[str, int], e: float) -> pd.DataFrame:
    """All AAPOR outcome rates of one set of counts.

    Parameters
    ----------
    held
        Category -> number of cases, see :data:`CATEGORIES`.
    e
        Share of the cases of unknown eligibility taken as eligible.

    Returns
    -------
    pandas.DataFrame
        Columns rate, value (NaN where the denominator is 0), numerator, denominator, formula.
    """
    unknown = held["UH"] + held["UO"]
    known = sum(held[key] for key in ("I", "P", "R", "NC", "O"))
    terms: dict[str, float] = {**held, "D": known, "U": unknown, "e U": e * unknown}
    rows = []
    for rate, (above, below) in FORMULAS.items():
        numerator, denominator = (sum(terms[t] for t in part.split(" + ")) for part in (above, below))
        value = numerator / denominator if denominator else math.nan
        rows.append((rate, value, numerator, denominator, _printed(above, below)))
    rows.append(("e", e, known, known + held["IE"], "(I + P + R + NC + O) / (I + P + R + NC + O + IE)"))
    return pd.DataFrame(rows, columns=["rate", "value", "numerator", "denominator", "formula"])


def _printed(above: str, below: str) -> str:
    return " / ".join(f"({part})" if "+" in part else part for part in (above, below))


def response_rates(
    made: pd.DataFrame, by: Sequence[str] = (), *, e: float | None = None, levels: Sequence[str] | None = None
) -> pd.DataFrame:
    """Rates over all staff, then by one group or by a crossing of groups.

    Parameters
    ----------
    made
        Table of dispositions.
    by
        Frame variables; several are crossed, their names and levels joined by ``:``.
    e
        Eligibility rate specified by the user; None for the CASRO proportion over all staff, which is then
        used in each group too.
    levels
        Order of the groups' levels; None for sorted.

    Returns
    -------
    pandas.DataFrame
        Columns :data:`RATE_COLUMNS`; ``group`` is ``overall`` and ``group_level`` empty for all staff.
    """
    held = counts(made)
    share = casro_e(held) if e is None else float(e)
    parts = [_labelled(outcome_rates(held, share), e is not None, "overall", "")]
    if by:
        key = made[list(by)].astype(str).agg(":".join, axis=1)
        for level in levels if levels is not None else sorted(key.unique()):
            rates = outcome_rates(counts(made[key == level]), share)
            rates = rates[rates["rate"] != "e"]
            parts.append(_labelled(rates, e is not None, ":".join(by), level))
    return pd.concat(parts, ignore_index=True)[RATE_COLUMNS]


def _labelled(rates: pd.DataFrame, specified: bool, group: str, level: str) -> pd.DataFrame:
    rates = rates.assign(group=group, group_level=level)
    if specified:
        own = rates["rate"] == "e"
        rates[["numerator", "denominator"]] = rates[["numerator", "denominator"]].astype(float)
        rates.loc[own, ["numerator", "denominator"]] = math.nan
        rates.loc[own, "formula"] = "specified by the user"
    return rates


DROP_LABELS = {
    "not_on_frame": "Not on the list",
    "duplicate": "Duplicate questionnaire",
    "blank": "Blank questionnaire",
    "late": "Returned after the closing date",
}


def dropped_records(log: pd.DataFrame) -> pd.DataFrame:
    """List the records that cleaning dropped: one row per record, with the rule that dropped it.

    Parameters
    ----------
    log
        Cleaning log: row, case_id, variable, before, after, rule, action, note.
    """
    drops = log[log["action"] == "drop"].drop_duplicates("row")
    return drops[["row", "case_id", "rule"]].sort_values("row").reset_index(drop=True)


def flow(
    made: pd.DataFrame,
    dropped: pd.DataFrame,
    rule_types: Mapping[str, str],
    *,
    answered: Collection[str],
    group: str,
    levels: Sequence[str],
) -> pd.DataFrame:
    """Count the stages of the flow diagram, over all staff and by group.

    Persons and records are counted apart: *eligible* = no reply + refused + other + unknown eligibility +
    persons with a questionnaire in the file; *questionnaires* = analysed + excluded. A record from someone
    not on the list belongs to no group and is counted overall only.

    Parameters
    ----------
    made
        Table of dispositions.
    dropped
        Records that cleaning dropped, see :func:`dropped_records`.
    rule_types
        Cleaning rule that may drop -> its type.
    answered
        Ids of the questionnaires that cleaning accepted, break-offs among them.
    group, levels
        Grouping variable and its levels, in order.

    Returns
    -------
    pandas.DataFrame
        Columns order, stage, stage_label, group, group_level, n.
    """
    belongs = dropped["case_id"].map(made.set_index("id")[group])
    in_file = made["id"].isin({*answered, *dropped["case_id"].dropna().astype(str)})
    staff = made.assign(in_file=in_file, accepted=made["id"].isin(set(answered)))
    labels = {"ineligible": _reasons(staff, "IE", "outcome"), "other": _reasons(staff, "other", "label")}
    parts = [_flow_rows(staff, dropped, rule_types, labels).assign(group="overall", group_level="")]
    for level in levels:
        rows = _flow_rows(staff[staff[group] == level], dropped[belongs == level], rule_types, labels)
        parts.append(rows.assign(group=group, group_level=level))
    whole = pd.concat(parts, ignore_index=True)
    return whole[["order", "stage", "stage_label", "group", "group_level", "n"]]


def _silence(staff: pd.DataFrame) -> pd.Series:
    """Say why an eligible person without a questionnaire in the file is silent."""
    kinds = {"R": "refused", "UH": "unknown", "UO": "unknown", "IE": "IE"}
    kind = staff["category"].map(kinds).fillna("other")
    kind[staff["code"] == BREAK_OFF] = "other"
    kind[staff["code"] == NON_CONTACT] = "no_reply"
    kind[staff["in_file"] & (staff["category"] != "IE")] = "returned"
    return kind


def _reasons(staff: pd.DataFrame, kind: str, column: str) -> str:
    """List in brackets the reasons found, or nothing."""
    if column not in staff:
        return ""
    found = staff.loc[_silence(staff) == kind, column].dropna().astype(str)
    words = sorted({text.replace("_", " ").lower() for text in found})
    return f" ({'; '.join(words)})" if words else ""


def _flow_rows(
    staff: pd.DataFrame, dropped: pd.DataFrame, rule_types: Mapping[str, str], labels: Mapping[str, str]
) -> pd.DataFrame:
    held, silence = counts(staff), _silence(staff).value_counts()
    excluded = [
        (f"excluded_{rule}", DROP_LABELS.get(kind, rule.replace("_", " ").capitalize()),
         int((dropped["rule"] == rule).sum()))
        for rule, kind in rule_types.items()
    ]  # fmt: skip
    few = int((staff["accepted"] & ~staff["respondent"]).sum())
    excluded.append(("excluded_few", "Too few questions answered", few))
    analysed = held["I"] + held["P"]
    rows = [
        ("on_list", "On the list", len(staff)),
        ("ineligible", "Not eligible" + labels["ineligible"], held["IE"]),
        ("eligible", "Eligible", len(staff) - held["IE"]),
        ("no_reply", "No reply", silence.get("no_reply", 0)),
        ("refused", "Refused", silence.get("refused", 0)),
        ("other", "Other reason" + labels["other"], silence.get("other", 0)),
        ("unknown", "Eligibility unknown", silence.get("unknown", 0)),
        ("returned_persons", "People with a questionnaire in the file", silence.get("returned", 0)),
        ("returned", "Questionnaires in the file", analysed + sum(row[2] for row in excluded)),
        *excluded,
        ("analysed", "Analysed", analysed),
        ("complete", "Complete", held["I"]),
        ("partial", "Partial", held["P"]),
    ]
    table = pd.DataFrame(rows, columns=["stage", "stage_label", "n"])
    return table.assign(order=range(1, len(table) + 1))
