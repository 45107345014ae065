"""Release what may be read by anybody: merge, suppress, round and mark."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import pandas as pd

from _shared import Output, read_csv, read_json, run, section, write_csv, write_json
from surveypipe.design.from_weights import designs_of, respondents_of
from surveypipe.design.selection import base_weights
from surveypipe.disclosure import characteristics
from surveypipe.disclosure.context import without_headline
from surveypipe.disclosure.meanings import shown_values
from surveypipe.disclosure.modelled import Modelled
from surveypipe.disclosure.questions import Respondents
from surveypipe.disclosure.quotations import release_quotations
from surveypipe.disclosure.rules import Rules, rules_of
from surveypipe.disclosure.tables import Study, log_of
from surveypipe.disclosure.unweighted import release_study
from surveypipe.estimation.survey import membership
from surveypipe.ledger.cases import cases, setting
from surveypipe.ledger.curves import Curve, curves_of
from surveypipe.ledger.scenario_counts import ScenarioCurve, scenario_curves_of
from surveypipe.study.about import Study as About
from surveypipe.study.bases import conditions_of
from surveypipe.study.claims import claims_of
from surveypipe.study.codebook import code_text
from surveypipe.study.design import Sampling
from surveypipe.study.disclosure import Disclosure
from surveypipe.study.item_types import type_of
from surveypipe.study.sections import Sections
from surveypipe.study.weighting import Weighting, scheme_in_force

# Weights that differ by less are one.
ALIKE = 1e-9


def main(
    *,
    config: dict[str, Any],
    private: Annotated[list[Path], "tables to release"],
    cleaning_log: Path,
    variables: Path,
    analysis: Path,
    weights: Path,
    dispositions: Path,
    selection: Path,
    public: Annotated[list[Output], "the same, released"],
    disclosure_log: Output,
    cleaning_summary: Output,
    public_variables: Output,
) -> None:
    """Apply the preset of the configuration to every table on its way out."""
    rules = rules_of(section(config, "disclosure", Disclosure))
    meaning = read_json(variables)
    answers = pd.read_parquet(analysis)
    withheld = {path.stem: read_csv(path) for path in private}
    given = pd.read_parquet(weights)
    respondents = respondents_of(answers, given)
    weighting, sampling = section(config, "weighting", Weighting), section(config, "design", Sampling)
    drawn = pd.read_parquet(selection)
    designs = designs_of(weighting.schemes, respondents, withheld["weight_cells"], drawn, sampling)
    people = Respondents(
        answers,
        given,
        config["frame"]["group"],
        bases_of(config, answers),
        everybody_asked=sampling.kind == "census",
        errors={scheme: design.errors for scheme, design in designs.items()},
    )
    told, scenarios = curves(config, withheld, respondents, pd.read_parquet(dispositions))
    study = replace(
        study_of(config, people, pd.read_parquet(dispositions), meaning),
        primary=scheme_in_force(weighting, withheld["weight_cells"]),
        curves=told,
        scenarios=scenarios,
    )
    releases = release_study(withheld, study, rules, str(weighting.unweighted))
    tables = {name: release.table for name, release in releases.items()}
    tables["quotations"] = quotations_of(config, study, rules)
    mark = section(config, "study", About).first_line
    for path in public:
        write_csv(tables[path.stem], path, mark)
    log = log_of(releases)
    write_csv(log, disclosure_log, mark)
    for line in withheld_claims(log, releases["claims"].table, config):
        print(line)
    summary = characteristics.cleaning_summary(read_csv(cleaning_log))
    write_csv(summary, cleaning_summary, mark)
    write_json(shown_values(meaning, tables), public_variables)


def withheld_claims(log: pd.DataFrame, claims: pd.DataFrame, config: dict) -> list[str]:
    """Say which claims the report can name and not tell, why, and what a researcher can do."""
    cure = "Merge groups or answers, claim something that more people were asked, or take the claim out."
    said = []
    for key in without_headline(claims):
        reasons = log.loc[(log["table"] == "claims") & (log["place"] == key), "reason"]
        said.append(
            f"Note: claims.{key} ('{config['claims'][key]['short']}') is withheld from the report: "
            f"{'; '.join(dict.fromkeys(reasons))}. {cure}"
        )
    return said


def curves(
    config: dict, withheld: dict[str, pd.DataFrame], respondents: pd.DataFrame, staff: pd.DataFrame
) -> tuple[dict[str, Curve], dict[str, ScenarioCurve]]:
    """Give the claims' shares under each assumption, as the audit tries other counts on them.

    At each response odds ratio, and at each multiple of the scenario.
    """
    if withheld["explorer"].empty:
        return {}, {}
    made = setting(Sections(config), withheld["weight_cells"])
    gathered = cases(made, withheld["estimates"], respondents, staff)
    ids = list(respondents["id"])
    found = curves_of(made, gathered, ids)
    return found, scenario_curves_of(made, gathered, ids, {key: one.half for key, one in found.items()})


def bases_of(config: dict, answers: pd.DataFrame) -> dict[str, frozenset[str]]:
    """List the ids of the respondents who are known to be in each base."""
    bases = Sections(config).bases
    inside = {base: membership(answers, conditions_of(bases, base)) == 1.0 for base in bases}
    return {base: frozenset(answers.loc[held, "id"].astype(str)) for base, held in inside.items()}


def study_of(config: dict, people: Respondents, staff: pd.DataFrame, variables: dict) -> Study:
    """Gather what disclosure control has to know beside the tables."""
    codes = {name: list(about["values"]) for name, about in variables.items() if about["values"]}
    ordinal = [name for name, about in variables.items() if type_of(about).ordered]
    bases = Sections(config).bases
    bands = [made["variable"] for made in config["cleaning"].get("recodes", []) if made["type"] == "bands"]
    return Study(
        respondents=people,
        staff=staff[staff["category"] != "IE"],
        five_point=[name for name in ordinal if len(codes.get(name, [])) > 3],
        ordered=[*ordinal, *bands],
        values={name: codes[name] for name in ordinal if name in codes},
        primary=config["weighting"]["primary"],
        asked_if={name: _codes(about.get("asked_if") or {}) for name, about in variables.items()},
        made_from={
            made["variable"]: made["from"]
            for made in config["cleaning"].get("recodes", [])
            if made["type"] == "routed_no"
        },
        groupings=tuple(config["groups"]),
        staff_weight=weight_of_each(config, staff),
        claims=claims_of(config),
        sets=boxes_of(variables),
        numbers=[name for name, about in variables.items() if _plain_number(about)],
        models=models_of(config, variables),
        base_filters={base: _codes(conditions_of(bases, base)) for base in bases},
    )


def models_of(config: dict, variables: dict) -> list[Modelled]:
    """List the models, with what enters them as indicators."""
    return [
        Modelled(
            str(model["outcome"]),
            {str(name): type_of(variables[name]).nominal for name in model["predictors"]},
            model["kind"] == "linear",
        )
        for model in config["analysis"].get("models", [])
    ]


def _codes(conditions: dict) -> dict[str, list[str]]:
    """Codes of conditions, of which there may be several for one variable, as the tables write them."""
    return {
        name: [code_text(code) for code in (codes if isinstance(codes, list | tuple) else [codes])]
        for name, codes in conditions.items()
    }


def _plain_number(about: dict) -> bool:
    """Whether a question is answered with a number, and not with a point of a scale."""
    kind = type_of(about)
    return kind.number and not kind.listed and not about.get("derived")


def weight_of_each(config: dict, staff: pd.DataFrame) -> float | None:
    """For how many each person counts in cells and margins of weights; None where it differs, or nobody does.

    Weights that are all alike tell counts: whoever knows the weight divides by it.
    """
    if config["weighting"].get("unknown_eligibility") or config["frame"].get("margins"):
        return None
    base = base_weights(staff, section(config, "design", Sampling))
    if base is None:
        return 1.0
    return float(base[0]) if np.ptp(base) <= ALIKE * base.max() else None


def boxes_of(variables: dict) -> dict[str, list[str]]:
    """Boxes of each set, from the documentation of the variables."""
    found: dict[str, list[str]] = {}
    for name, about in variables.items():
        if about.get("set"):
            found.setdefault(about["set"], []).append(name)
    return found


def quotations_of(config: dict, study: Study, rules: Rules) -> pd.DataFrame:
    """Release the quotations that the configuration names; none by default."""
    people, frame = study.respondents.answers, config["frame"]
    team = frame["columns"].get("team")
    groups = config["groups"].get(frame["group"], {"label": "", "levels": {}})
    return release_quotations(
        people,
        config["disclosure"].get("quotations") or [],
        frame["group"],
        known={
            "team": sorted(set(people["team"].dropna().astype(str))) if team and "team" in people else [],
            "id": sorted(set(study.staff["id"].astype(str))),
        },
        harmless=[groups["label"], *groups["levels"].values()],
        min_base=rules.min_base,
    )


if __name__ == "__main__":
    run(main)
