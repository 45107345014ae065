"""Whether what is known of those who were asked, and the groups, fit the files and the codebook."""

from __future__ import annotations

from pathlib import Path

from msgspec.structs import replace

from surveypipe.csv_text import csv_rows
from surveypipe.problems import SurveyError
from surveypipe.study.checks import nearest
from surveypipe.study.codebook_file import CodebookFile
from surveypipe.study.design import kind_of
from surveypipe.study.frame import EVERYBODY, HEADCOUNT
from surveypipe.study.joint import read_cells
from surveypipe.study.margins import population_size
from surveypipe.study.settings import Configuration


def with_counts_file(config: Configuration, path: Path | None) -> Configuration:
    """Say what the headcounts tell: of whom everybody was asked the questions, of a sample the cells.

    Other groups are known of those who answered alone.

    Parameters
    ----------
    path
        Where the headcounts lie; None where there are none. A file that cannot be read is told by ingest.
    """
    if path is None or not path.is_file():
        return config
    if kind_of(config.design, "counts") in ("sample", "replicates"):
        return replace(config, frame=replace(config.frame, cells=read_cells(path)))
    if config.frame.columns:
        return config
    try:
        header, _ = csv_rows(path, None, [])
    except SurveyError:
        return config
    columns = {name: name for name in map(str.strip, header) if name and name != HEADCOUNT}
    return replace(config, frame=replace(config.frame, columns=columns))


def population_problems(config: Configuration) -> list[str]:
    """Say where what is known of those who were asked does not fit the files that are named."""
    inputs, found = config.inputs, []
    needed = {"list": "staff_list", "counts": "counts"}
    for population, key in needed.items():
        told = population == "counts" and population_size(config.frame) is not None
        if config.population == population and getattr(inputs, key) is None and not told:
            found.append(f"population is {population}, and inputs.{key} names no file; name it there.")
        if config.population != population and getattr(inputs, key) is not None:
            found.append(
                f"inputs.{key} names a file, and population is {config.population}; leave one of them out."
            )
    if config.population == "list" and not config.frame.id:
        found.append("frame.id: name the column of the staff list that identifies a person.")
    if config.population == "list" and not config.frame.survey_id:
        found.append(
            f"{inputs.codebook}: no variable has `role: id`, so nobody can be found on the staff list; give "
            "it to the number that is also there."
        )
    if config.population == "none":
        given = {"inputs.follow_up": inputs.follow_up is not None}
        given |= {
            f"weighting.schemes.{key}": scheme.method not in ("none", "design") and not config.frame.margins
            for key, scheme in config.weighting.schemes.items()
        }
        found += [
            f"{key}: this rests on what is known of those who were asked, and nothing is (population: "
            "none); name a staff list or headcounts under `inputs` or margins under `frame`, or leave it out."
            for key, rests in given.items()
            if rests
        ]
    return found


def group_problems(config: Configuration, codebook: CodebookFile) -> list[str]:
    """Say which groups are known of nobody, have no levels, or are named and have no entry."""
    groups, frame = list(config.groups), config.frame
    listed = frame.variables if config.population == "list" else []
    derived = [made.variable for made in config.cleaning.recodes]
    known = [*listed, *codebook.variables, *derived]
    found = [
        f"groups.{name}: this is no column under frame.columns, no question of the codebook and no recode"
        f"{nearest(name, known)}."
        for name in groups
        if name not in known
    ]
    found += [
        f"groups.{name}: its levels are not known; list them under `levels`, with what each is called."
        for name, group in config.groups.items()
        if name in known and not group.levels
    ]
    analysis = config.analysis
    wanted = [("frame.group", frame.group)] if frame.group != EVERYBODY else []
    wanted += [("analysis.tests", test.between) for test in analysis.tests]
    wanted += [("analysis.further_tests", test.between) for test in analysis.further_tests]
    wanted += [(f"claims.{key}.by", claim.by) for key, claim in config.claims.items() if claim.by]
    found += [
        f"{where}: {group!r} has no entry under groups{nearest(group, groups)}."
        for where, group in wanted
        if group not in groups
    ]
    if config.population == "list" and frame.group != EVERYBODY and frame.group not in listed:
        found.append(
            f"frame.group: {frame.group!r} is no column under frame.columns; it must be known of everybody "
            "on the staff list."
        )
    return found
