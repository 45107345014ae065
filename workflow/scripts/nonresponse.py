"""Non-response bias analysis: what the staff list, the returns and a follow-up tell about the silent."""

from __future__ import annotations

import argparse
from typing import Any

import numpy as np
import pandas as pd

from _shared import parser, read_csv, run, write_csv
from surveypipe import bias_report, follow_up_check, ledger_context
from surveypipe.claim_ledger import cases, setting
from surveypipe.problems import SurveyError
from surveypipe.scheme_designs import design_of, replicates_of, respondents_of

INPUTS = (
    "estimates", "analysis", "dispositions", "weights", "weight_cells", "replicate_weights",
    "replicate_coefs", "not_at_random",
)  # fmt: skip
OUTPUTS = ("nonresponse", "ledger_context", "follow_up_check")


def main(args: argparse.Namespace) -> None:
    """Read staff, answers and weights; write the analysis, the ledger's context and the follow-up."""
    study = load_study(args)
    bias_report.order_check(study)
    table = bias_report.report(study)
    context = ledger_context.table(study, table, read_csv(args.not_at_random))
    checked = follow_up_rows(args, study)
    write_csv(table, args.nonresponse)
    write_csv(context, args.ledger_context)
    write_csv(checked, args.follow_up_check)
    whole = table[table["step"] == "representativity"].set_index("measure")["estimate"]
    print(
        f"nonresponse: {int(study.respondent.sum())} of {len(study.staff)} responded; R-indicator "
        f"{whole['R_adjusted']:.2f} (adjusted for bias); {len(table)} rows; "
        + (f"{len(checked)} rows of the follow-up" if len(checked) else "no follow-up of the silent")
    )


def load_study(args: argparse.Namespace) -> bias_report.Study:
    """Put respondents, staff, claims and designs side by side."""
    config = args.config
    weights, cells = pd.read_parquet(args.weights), read_csv(args.weight_cells)
    respondents = respondents_of(pd.read_parquet(args.analysis), weights)
    dispositions = pd.read_parquet(args.dispositions)
    made = setting(config, cells)
    replicates = config["weighting"].get("replicates") or {}
    paired = (
        replicates_of(weights, pd.read_parquet(args.replicate_weights), pd.read_parquet(args.replicate_coefs))
        if replicates.get("method") == "jackknife"
        else {}
    )
    return bias_report.Study(
        staff=dispositions[dispositions["category"] != "IE"].reset_index(drop=True),
        respondents=respondents,
        cases=cases(made, read_csv(args.estimates), respondents, dispositions),
        designs={scheme: design_of(scheme, respondents, cells) for scheme in config["weighting"]["schemes"]},
        primary=made.primary,
        plan=config.get("nonresponse") or {},
        auxiliaries=bias_report.default_auxiliaries(config),
        group=made.group,
        seed=int(config["seed"]),
        jackknife=paired,
    )


def follow_up_rows(args: argparse.Namespace, study: bias_report.Study) -> pd.DataFrame:
    """Rows of every share that the follow-up asked about; none without a follow-up."""
    columns = list(follow_up_check.COLUMNS)
    if not args.follow_up:
        return pd.DataFrame(columns=columns)
    plan: dict[str, Any] = study.plan.get("follow_up") or {}
    if not plan:
        raise SurveyError(
            f"{args.follow_up}: a follow-up is named and nonresponse.follow_up does not say which question "
            "it asked; add its variables."
        )
    raw = pd.read_csv(args.follow_up, dtype=str, keep_default_na=False, na_values=[""])
    given = follow_up_check.check(raw, study.staff, plan["variables"]).set_index("id")
    rows: list[dict[str, Any]] = []
    for case in study.cases:
        name = case.claim["variable"]
        if name not in given or case.equivalence or case.claim["base"] != "all":
            continue
        part = study.part(case)
        staff = study.staff[part]
        said = staff["id"].map(given[name]).to_numpy(dtype=float)
        checked = np.where(np.isnan(said), np.nan, said == float(case.claim["level"]))
        main_row = case.by_scheme[study.primary]
        rows += follow_up_check.claim_rows(
            {"claim": case.key, "group": case.group, "group_level": case.group_level},
            study.on_staff(study.outcome(case))[part],
            staff,
            checked,
            plan.get("within"),
            (float(main_row["estimate"]), float(main_row["se"]), float(main_row["df"])),
        )
    return pd.DataFrame(rows, columns=columns)


if __name__ == "__main__":
    options = parser((__doc__ or "").split("\n")[0], inputs=INPUTS, outputs=OUTPUTS)
    options.add_argument("--follow-up", default="", help="optional CSV: id and the answers of the silent")
    run(options, main)
