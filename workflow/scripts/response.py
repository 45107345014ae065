"""Response: a disposition for everyone on the staff list, AAPOR rates, numbers of the flow diagram."""

from __future__ import annotations

import argparse

import pandas as pd

from _shared import parser, read_csv, run, section, write_csv, write_parquet
from surveypipe.response_rates import dispositions, dropped_records, flow, response_rates
from surveypipe.study.cleaning import Cleaning
from surveypipe.study.frame import Frame, Groups
from surveypipe.study.response import Response

INPUTS = ("frame", "analysis", "cleaning_log")
OUTPUTS = ("dispositions", "rates", "cells", "flow")


def main(args: argparse.Namespace) -> None:
    """Read frame, accepted cases and cleaning log; write dispositions, rates and flow."""
    settings = section(args.config, "response", Response)
    listed, groups = section(args.config, "frame", Frame), section(args.config, "groups", Groups)
    rules = section(args.config, "cleaning", Cleaning).rules
    frame = pd.read_parquet(args.frame)
    answered = pd.read_parquet(args.analysis, columns=["id", "share_answered"])
    dropped = dropped_records(read_csv(args.cleaning_log))
    kinds = {str(rule.id): rule.type for rule in rules if rule.action == "drop"}
    made = dispositions(
        frame,
        answered,
        settings,
        verified=listed.verified,
        dropped=dropped,
        rule_types=kinds,
    )
    group, e = listed.group, settings.eligibility_rate
    levels = list(groups[group].levels)
    crossed = [group, *(recode.variable for recode in listed.recodes)]
    rates = response_rates(made, [group], e=e, levels=levels)
    write_parquet(made, args.dispositions)
    write_csv(rates, args.rates)
    write_csv(response_rates(made, crossed, e=e), args.cells)
    write_csv(flow(made, dropped, kinds, answered=set(answered["id"]), group=group, levels=levels), args.flow)
    share = rates.set_index(["group_level", "rate"])["value"]
    eligible = int((made["category"] != "IE").sum())
    print(
        f"response: {len(made)} on the staff list, {eligible} eligible, {int(made['respondent'].sum())} "
        f"answered (RR2 {100 * share['', 'RR2']:.1f} %; "
        + ", ".join(f"{level} {100 * share[level, 'RR2']:.1f} %" for level in levels)
        + ")"
    )


if __name__ == "__main__":
    run(parser(__doc__.split("\n")[0], inputs=INPUTS, outputs=OUTPUTS), main)
