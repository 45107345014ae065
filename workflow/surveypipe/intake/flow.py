"""From the list to the answers that are analysed, step by step."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import pandas as pd

from surveypipe.formatting import capital
from surveypipe.intake.dispositions import BREAK_OFF, NON_CONTACT
from surveypipe.intake.response_rates import counts
from surveypipe.study.vocabulary import Vocabulary

DROP_LABELS = {
    "not_on_frame": "Not on the {list}",
    "duplicate": "Duplicate {questionnaire.one}",
    "blank": "Blank {questionnaire.one}",
    "late": "Returned after the closing date",
}


# Of headcounts, what other stages of the same name are called with a list.
COUNTED_LABELS = {
    "on_list": "{people.many} counted, all taken as eligible",
    "no_reply": "no {questionnaire.one} in the file",
}


def of_records(stage: str) -> bool:
    """Whether a stage counts records, and so is known without knowing who was asked."""
    return stage.startswith("excluded_") or stage in ("returned", "analysed", "complete", "partial")


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
    words: Vocabulary,
    counted: bool = False,
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
    words
        What people, list and questionnaire are called.
    counted
        Whether people are known from headcounts, which name nobody and do not tell why one did not answer.

    Returns
    -------
    pandas.DataFrame
        Columns order, stage, stage_label, group, group_level, n.
    """
    belongs = dropped["case_id"].map(made.set_index("id")[group])
    in_file = made["id"].isin({*answered, *dropped["case_id"].dropna().astype(str)})
    staff = made.assign(in_file=in_file, accepted=made["id"].isin(set(answered)))
    labels = {"ineligible": _reasons(staff, "IE", "outcome"), "other": _reasons(staff, "other", "label")}
    parts = [_flow_rows(staff, dropped, rule_types, labels, words).assign(group="overall", group_level="")]
    for level in levels:
        rows = _flow_rows(staff[staff[group] == level], dropped[belongs == level], rule_types, labels, words)
        parts.append(rows.assign(group=group, group_level=level))
    whole = pd.concat(parts, ignore_index=True)
    if counted:
        named = {stage: capital(words.fill(label)) for stage, label in COUNTED_LABELS.items()}
        whole["stage_label"] = whole["stage"].map(named).fillna(whole["stage_label"])
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
    staff: pd.DataFrame,
    dropped: pd.DataFrame,
    rule_types: Mapping[str, str],
    labels: Mapping[str, str],
    words: Vocabulary,
) -> pd.DataFrame:
    held, silence = counts(staff), _silence(staff).value_counts()
    excluded = [
        (f"excluded_{rule}", words.fill(DROP_LABELS.get(kind, rule.replace("_", " ").capitalize())),
         int((dropped["rule"] == rule).sum()))
        for rule, kind in rule_types.items()
    ]  # fmt: skip
    few = int((staff["accepted"] & ~staff["respondent"]).sum())
    excluded.append(("excluded_few", "Too few questions answered", few))
    analysed = held["I"] + held["P"]
    rows = [
        ("on_list", words.fill("On the {list}"), len(staff)),
        ("ineligible", "Not eligible" + labels["ineligible"], held["IE"]),
        ("eligible", "Eligible", len(staff) - held["IE"]),
        ("no_reply", "No reply", silence.get("no_reply", 0)),
        ("refused", "Refused", silence.get("refused", 0)),
        ("other", "Other reason" + labels["other"], silence.get("other", 0)),
        ("unknown", "Eligibility unknown", silence.get("unknown", 0)),
        (
            "returned_persons",
            capital(words.fill("{people.many} with {questionnaire.article} {questionnaire.one} in the file")),
            silence.get("returned", 0),
        ),
        (
            "returned",
            capital(words.fill("{questionnaire.many} in the file")),
            analysed + sum(row[2] for row in excluded),
        ),
        *excluded,
        ("analysed", "Analysed", analysed),
        ("complete", "Complete", held["I"]),
        ("partial", "Partial", held["P"]),
    ]
    table = pd.DataFrame(rows, columns=["stage", "stage_label", "n"])
    return table.assign(order=range(1, len(table) + 1))
