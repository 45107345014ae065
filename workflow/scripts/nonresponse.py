"""Non-response bias analysis: what the staff list, the returns and a follow-up tell about the silent."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import pandas as pd

from _shared import Output, read_csv, run, write_csv
from surveypipe.design.from_weights import designs_of, replicates_of, respondents_of
from surveypipe.estimation.survey import answers
from surveypipe.intake.files import read_text_table
from surveypipe.ledger.cases import cases, setting
from surveypipe.nonresponse import check_of_the_silent as checking
from surveypipe.nonresponse import context as contexts
from surveypipe.nonresponse import report
from surveypipe.nonresponse.study import Study, default_auxiliaries
from surveypipe.problems import SurveyError
from surveypipe.study.bases import EVERYBODY
from surveypipe.study.design import silent_described, silent_known
from surveypipe.study.sections import Sections
from surveypipe.weighting.propensity import told_apart


def main(
    *,
    config: Sections,
    estimates: Path,
    not_at_random: Path,
    analysis: Path,
    dispositions: Path,
    weights: Path,
    selection: Path,
    weight_cells: Path,
    replicate_weights: Path,
    replicate_coefs: Path,
    follow_up: Annotated[Path | None, "CSV: id and the answers of the silent"] = None,
    nonresponse: Output,
    ledger_context: Output,
    follow_up_check: Output,
) -> None:
    """Read staff, answers and weights; write the analysis, the ledger's context and the follow-up."""
    known = silent_known(config.population, config.design)
    known = known and silent_described(config.population, config.frame)
    if not (known and default_auxiliaries(config.nonresponse, config.frame, config.population)):
        write_csv(pd.DataFrame(columns=list(report.COLUMNS)), nonresponse)
        write_csv(pd.DataFrame(columns=list(contexts.COLUMNS)), ledger_context)
        write_csv(pd.DataFrame(columns=list(checking.COLUMNS)), follow_up_check)
        print("nonresponse: nothing is known of those who did not answer, so there is nothing to compare")
        return
    given, asked = pd.read_parquet(weights), config.weighting.replicates
    paired = (
        replicates_of(given, pd.read_parquet(replicate_weights), pd.read_parquet(replicate_coefs))
        if asked and asked.method == "jackknife" and config.design.kind == "census"
        else {}
    )
    drawn = pd.read_parquet(selection)
    study = load_study(
        config, estimates, analysis, dispositions, given, drawn, read_csv(weight_cells), paired
    )
    report.order_check(study)
    table = report.report(study)
    context = contexts.table(study, table, read_csv(not_at_random))
    checked = follow_up_rows(follow_up, study)
    write_csv(table, nonresponse)
    write_csv(context, ledger_context)
    write_csv(checked, follow_up_check)
    whole = table[table["step"] == "representativity"].set_index("measure")["estimate"]
    print(
        f"nonresponse: {int(study.respondent.sum())} of {len(study.staff)} responded; R-indicator "
        f"{whole['R_adjusted']:.2f} (adjusted for bias); {len(table)} rows; "
        + (f"{len(checked)} rows of the follow-up" if len(checked) else "no follow-up of the silent")
    )


def load_study(
    config: Sections,
    estimates: Path,
    analysis: Path,
    dispositions: Path,
    weights: pd.DataFrame,
    selection: pd.DataFrame,
    cells: pd.DataFrame,
    jackknife: dict[str, Any],
) -> Study:
    """Put respondents, staff, claims and designs side by side."""
    respondents = respondents_of(pd.read_parquet(analysis), weights)
    staff = pd.read_parquet(dispositions)
    made, plan = setting(config, cells), config.nonresponse
    eligible = staff[staff["category"] != "IE"].reset_index(drop=True)
    auxiliaries = default_auxiliaries(plan, config.frame, config.population)
    if not plan.auxiliaries:
        auxiliaries = told_apart(eligible, auxiliaries)
    return Study(
        staff=eligible,
        respondents=respondents,
        cases=[case for case in cases(made, read_csv(estimates), respondents, staff) if case.claim.describes],
        designs=designs_of(made.schemes, respondents, cells, selection, config.design),
        primary=made.primary,
        plan=plan,
        auxiliaries=auxiliaries,
        group=made.group,
        seed=config.seed,
        jackknife=jackknife,
    )


def follow_up_rows(follow_up: Path | None, study: Study) -> pd.DataFrame:
    """Rows of every share that the follow-up asked about; none without a follow-up."""
    columns = list(checking.COLUMNS)
    if not follow_up:
        return pd.DataFrame(columns=columns)
    plan = study.plan.follow_up
    if plan is None:
        raise SurveyError(
            f"{follow_up}: a follow-up is named and nonresponse.follow_up does not say which question "
            "it asked; add its variables."
        )
    raw = read_text_table(follow_up)
    given = checking.check(raw, study.staff, plan.variables).set_index("id")
    rows: list[dict[str, Any]] = []
    for case in study.cases:
        name = case.claim.variable
        if name not in given or not case.claim.binary or case.claim.base != EVERYBODY:
            continue
        part = study.part(case)
        staff = study.staff[part]
        told = pd.DataFrame({name: staff["id"].map(given[name]).astype(float)})
        checked = answers(told, case.claim)
        main_row = case.by_scheme[study.primary]
        rows += checking.claim_rows(
            {"claim": case.key, "group": case.group, "group_level": case.group_level},
            study.on_staff(case.outcome)[part],
            staff,
            checked,
            plan.within,
            (float(main_row["estimate"]), float(main_row["se"]), float(main_row["df"])),
        )
    return pd.DataFrame(rows, columns=columns)


if __name__ == "__main__":
    run(main)
