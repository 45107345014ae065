"""Release what may be read by anybody: merge, suppress and mark."""

from __future__ import annotations

import argparse
from pathlib import Path

import pandas as pd

import _shared
from surveypipe import disclosure

PASSED_ON = ("weight_diagnostics",)
WITH_CLAIMS = ("theta", "theta_by_group", "not_at_random")
WITH_CLAIMS_AND_BASES = ("multiverse", "multiverse_summary", "ledger_context", "follow_up_check")
# What became of staff. Records left out because they were blank, doubled or not from the list are no
# characteristic of a person.
BRANCHES = (("no_reply", "refused", "unknown", "other"), ("excluded_late", "excluded_few"))
LABELS = ("Refused or another reason", "Too late, or too few questions answered")


def main(args: argparse.Namespace) -> None:
    """Apply the preset of the configuration to every table on its way out."""
    rules = disclosure.rules_of(args.config["disclosure"])
    private = {path.stem: _shared.read_csv(path) for path in args.private}
    estimates = [private["estimates"], _shared.read_csv(args.further)]
    private["estimates"] = pd.concat([part for part in estimates if len(part)], ignore_index=True)
    variables = _shared.read_json(args.variables)
    releases = release_all(private, variables, rules, args.config)
    for path in args.public:
        _shared.write_csv(releases[path.stem].table, path)
    log = pd.concat([releases[name].log for name in private], ignore_index=True)
    _shared.write_csv(log, args.disclosure_log)
    summary = disclosure.cleaning_summary(_shared.read_csv(args.cleaning_log))
    _shared.write_csv(summary, args.cleaning_summary)
    _shared.write_json(variables, args.public_variables)


def release_all(
    private: dict[str, pd.DataFrame], variables: dict, rules: disclosure.Rules, config: dict
) -> dict[str, disclosure.Release]:
    """Release each table by the rule for its kind."""
    five_point = [
        name for name, about in variables.items() if about["type"] == "ordinal" and len(about["values"]) > 3
    ]
    ordered = [name for name, about in variables.items() if about["type"] == "ordinal"]
    ordered += [made["variable"] for made in config["cleaning"].get("recodes", []) if made["type"] == "bands"]
    releases = {
        "estimates": disclosure.release_estimates(private["estimates"], rules, five_point),
        "claims": disclosure.release_claims(private["claims"], rules),
        "table_1": disclosure.release_characteristics(private["table_1"], rules, ordered),
        "flow": disclosure.release_flow(private["flow"], rules, BRANCHES, LABELS),
        "weight_cells": disclosure.release_cells(private["weight_cells"], rules),
        "weight_margins": disclosure.release_margins(private["weight_margins"], rules),
    }
    flow = releases["flow"].table
    releases["response_rates"] = disclosure.release_rates(private["response_rates"], flow)
    releases["response_cells"] = disclosure.release_response_cells(private["response_cells"], rules)
    rates = releases["response_rates"].table
    released = releases["estimates"]
    released.table = disclosure.align(released.table, "count", flow, name="stage", value="n", base="n")
    released.table = disclosure.align(
        released.table, "response_rate", rates, name="rate", value="value", base="denominator"
    )
    claims = releases["claims"].table
    for name in WITH_CLAIMS:
        releases[name] = disclosure.release_with_claims(private[name], claims, name)
    for name in WITH_CLAIMS_AND_BASES:
        followed = disclosure.release_with_claims(private[name], claims, name)
        releases[name] = disclosure.release_bases(followed, rules, name)
    releases["nonresponse"] = disclosure.release_nonresponse(private["nonresponse"], claims, rules)
    for name in PASSED_ON:
        table = private[name].assign(status=disclosure.RELEASED)
        releases[name] = disclosure.Release(table, releases["claims"].log.iloc[:0])
    return releases


if __name__ == "__main__":
    made = _shared.parser(
        __doc__ or "",
        inputs=("further", "cleaning_log", "variables"),
        outputs=("disclosure_log", "cleaning_summary", "public_variables"),
    )
    made.add_argument("--private", type=Path, nargs="+", required=True, help="tables to release")
    made.add_argument("--public", type=Path, nargs="+", required=True, help="the same, released")
    _shared.run(made, main)
