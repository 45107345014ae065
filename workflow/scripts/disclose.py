"""Release what may be read by anybody: merge, suppress, round and mark."""

from __future__ import annotations

import argparse
from pathlib import Path

import pandas as pd

import _shared
from surveypipe import disclosure
from surveypipe.claims import unweighted_scheme
from surveypipe.codebook import code_text
from surveypipe.disclosure.questions import Respondents
from surveypipe.disclosure.tables import Study, log_of
from surveypipe.disclosure.unweighted import release_study
from surveypipe.open_text import release_quotations


def main(args: argparse.Namespace) -> None:
    """Apply the preset of the configuration to every table on its way out."""
    rules = disclosure.rules_of(args.config["disclosure"])
    private = {path.stem: _shared.read_csv(path) for path in args.private}
    variables = _shared.read_json(args.variables)
    study = study_of(args, variables)
    releases = release_study(private, study, rules, str(unweighted_scheme(args.config["weighting"])))
    tables = {name: release.table for name, release in releases.items()}
    tables["quotations"] = quotations_of(args.config, study, rules)
    for path in args.public:
        _shared.write_csv(tables[path.stem], path)
    _shared.write_csv(log_of(releases), args.disclosure_log)
    summary = disclosure.cleaning_summary(_shared.read_csv(args.cleaning_log))
    _shared.write_csv(summary, args.cleaning_summary)
    _shared.write_json(disclosure.shown_values(variables, tables), args.public_variables)


def study_of(args: argparse.Namespace, variables: dict) -> Study:
    """Read what disclosure control has to know beside the tables."""
    config = args.config
    codes = {name: list(about["values"]) for name, about in variables.items() if about["values"]}
    ordinal = [name for name, about in variables.items() if about["type"] == "ordinal"]
    bands = [made["variable"] for made in config["cleaning"].get("recodes", []) if made["type"] == "bands"]
    staff = pd.read_parquet(args.dispositions)
    readers = config.get("sensitivity", {})
    return Study(
        respondents=Respondents(
            pd.read_parquet(args.analysis),
            pd.read_parquet(args.weights),
            config["frame"]["group"],
            readers.get("reader_variable", ""),
            float(readers.get("reader_level", 1)),
        ),
        staff=staff[staff["category"] != "IE"],
        five_point=[name for name in ordinal if len(codes.get(name, [])) > 3],
        ordered=[*ordinal, *bands],
        values={name: codes[name] for name in ordinal if name in codes},
        primary=config["weighting"]["primary"],
        schemes=config["weighting"]["schemes"],
        asked_if={name: _conditions(about) for name, about in variables.items()},
        made_from={
            made["variable"]: made["from"]
            for made in config["cleaning"].get("recodes", [])
            if made["type"] == "routed_no"
        },
        groupings=tuple(config["groups"]),
        weighted_staff=bool({"base", "unknown_eligibility"} & set(config["weighting"])),
        claims=config.get("claims", {}),
    )


def quotations_of(config: dict, study: Study, rules: disclosure.Rules) -> pd.DataFrame:
    """Release the quotations that the configuration names; none by default."""
    people, frame = study.respondents.answers, config["frame"]
    team = frame["columns"].get("team")
    groups = config["groups"][frame["group"]]
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


def _conditions(about: dict) -> dict[str, str]:
    """Conditions on which a question was asked, with codes as text."""
    return {name: code_text(code) for name, code in (about.get("asked_if") or {}).items()}


if __name__ == "__main__":
    made = _shared.parser(
        __doc__ or "",
        inputs=("cleaning_log", "variables", "analysis", "weights", "dispositions"),
        outputs=("disclosure_log", "cleaning_summary", "public_variables"),
    )
    made.add_argument("--private", type=Path, nargs="+", required=True, help="tables to release")
    made.add_argument("--public", type=Path, nargs="+", required=True, help="the same, released")
    _shared.run(made, main)
