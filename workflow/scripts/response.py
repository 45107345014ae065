"""Response: a disposition for everyone on the staff list, AAPOR rates, numbers of the flow diagram."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from _shared import Output, read_csv, run, section, write_csv, write_parquet
from surveypipe.intake import dispositions as response_rates
from surveypipe.intake import flow as intake_flow
from surveypipe.intake import response_rates as intake_response_rates
from surveypipe.intake.flow import dropped_records
from surveypipe.study.cleaning import Cleaning
from surveypipe.study.design import Sampling, silent_described, silent_known
from surveypipe.study.frame import EVERYBODY, Frame, Groups
from surveypipe.study.response import Response
from surveypipe.study.vocabulary import Vocabulary


def main(
    *,
    config: dict[str, Any],
    frame: Path,
    analysis: Path,
    cleaning_log: Path,
    dispositions: Output,
    rates: Output,
    cells: Output,
    flow: Output,
) -> None:
    """Read frame, accepted cases and cleaning log; write dispositions, rates and flow."""
    settings = section(config, "response", Response)
    listed, groups = section(config, "frame", Frame), section(config, "groups", Groups)
    rules = section(config, "cleaning", Cleaning).rules
    answered = pd.read_parquet(analysis, columns=["id", "share_answered"])
    dropped = dropped_records(read_csv(cleaning_log))
    kinds = {str(rule.id): rule.type for rule in rules if rule.action == "drop"}
    made = response_rates.dispositions(
        pd.read_parquet(frame),
        answered,
        settings,
        verified=listed.verified,
        dropped=dropped,
        rule_types=kinds,
    )
    population, design = config["population"], section(config, "design", Sampling)
    described = not silent_known(population, design) or silent_described(population, listed)
    group, e = listed.group if described else EVERYBODY, settings.eligibility_rate
    levels = list(groups[group].levels) if group in groups else []
    counts = intake_flow.flow(
        made, dropped, kinds, answered=set(answered["id"]), group=group, levels=levels,
        words=section(config, "vocabulary", Vocabulary), counted=population == "counts",
    )  # fmt: skip
    if not silent_known(population, design):
        # Only the records are known: nobody else is there to have a disposition, and no rate has a base.
        made = made[made["respondent"]].reset_index(drop=True)
        counts = counts[counts["stage"].map(intake_flow.of_records)]
    write_parquet(made, dispositions)
    write_csv(counts, flow)
    known = made if silent_known(population, design) else made.iloc[:0]
    crossed = [group, *(recode.variable for recode in listed.recodes)]
    by_group = intake_response_rates.response_rates(known, [group], e=e, levels=levels)
    write_csv(by_group, rates)
    write_csv(intake_response_rates.response_rates(known, crossed, e=e), cells)
    print(told(made, by_group, levels))


def told(made: pd.DataFrame, rates: pd.DataFrame, levels: list[str]) -> str:
    """Say in a line who answered."""
    answers = int(made["respondent"].sum())
    if rates.empty:
        return f"response: {answers} answered; how many were asked is not known"
    share = rates.set_index(["group_level", "rate"])["value"]
    words = [f"RR2 {100 * share['', 'RR2']:.1f} %"]
    words += [f"{level} {100 * share[level, 'RR2']:.1f} %" for level in levels]
    eligible = int((made["category"] != "IE").sum())
    who = f"{len(made)} people known of, {eligible} eligible, {answers} answered"
    return f"response: {who} ({', '.join(words)})"


if __name__ == "__main__":
    run(main)
