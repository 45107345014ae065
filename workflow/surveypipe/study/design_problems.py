"""Whether the section ``design`` fits the files, the codebook and the weighting."""

from __future__ import annotations

from collections.abc import Iterator

from surveypipe.study.checks import nearest
from surveypipe.study.codebook_file import CodebookFile
from surveypipe.study.design import Sampling
from surveypipe.study.settings import Configuration

# What a type of replicates needs beside its columns.
NEEDED = {"Fay": "rho", "JKn": "rscales", "other": "scale"}


def design_problems(config: Configuration, codebook: CodebookFile) -> list[str]:
    """Say where the design contradicts itself, the columns that there are, or the schemes."""
    design = config.design
    return [
        *_variables(config, codebook),
        *_kind(config),
        *_stages(design),
        *_named_units(config),
        *_replicates(design),
        *_schemes(config),
    ]


def _variables(config: Configuration, codebook: CodebookFile) -> Iterator[str]:
    design, listed = config.design, config.population == "list"
    known = list(config.frame.columns) if listed else list(codebook.variables)
    where = "among frame.columns" if listed else "in the codebook"
    for name in design.variables:
        if name not in known:
            yield (
                f"design: {name!r} is not {where}{nearest(name, known)}; the design must be known of "
                f"everybody {'on the list' if listed else 'who answered'}."
            )
    columns = design.replicates.columns if design.replicates else ()
    lacking = [name for name in columns if name not in codebook.variables]
    if lacking:
        yield (
            f"design.replicates.columns: {len(lacking)} of {len(columns)} are not in the codebook, first "
            f"{lacking[0]!r}{nearest(lacking[0], list(codebook.variables))}."
        )


def _named_units(config: Configuration) -> Iterator[str]:
    named, stages = config.vocabulary.units, config.design.clusters
    if named and len(named) != len(stages):
        yield (
            f"vocabulary.units names the units of {len(named)} stages, and design.clusters has "
            f"{len(stages)}; name those of each stage, or of none."
        )


def _kind(config: Configuration) -> Iterator[str]:
    design = config.design
    given = bool(design.variables or design.fpc or design.replicates)
    if design.kind in ("census", "convenience") and given:
        yield (
            f"design.kind is {design.kind}, and weights, strata, clusters, fpc or replicates are given; they "
            "belong to a sample. Take them out, or correct the kind."
        )
    if design.kind == "census" and config.population == "none":
        yield (
            "design.kind is census, and how many were asked is not known; give a list, headcounts or "
            "frame.size, or call it convenience."
        )
    if design.kind == "convenience" and config.population == "list":
        yield "design.kind is convenience, and there is a list of those invited; call it census or sample."
    if design.kind == "sample" and not given:
        yield (
            "design.kind is sample, and nothing says how it was drawn; name weights, strata, clusters or fpc."
        )
    if (design.kind == "replicates") != (design.replicates is not None):
        yield "design: `kind: replicates` and the key `replicates` belong together; give both or neither."
    if design.weights and design.probabilities:
        yield "design: weights and probabilities are both given; they say the same, so keep one."


def _stages(design: Sampling) -> Iterator[str]:
    if len(design.fpc) > design.stages:
        yield (
            f"design.fpc: {len(design.fpc)} are given for {design.stages} "
            f"{'stage' if design.stages == 1 else 'stages'}; give one for each of `clusters`, at most."
        )
    for number in design.fpc:
        if not isinstance(number, str) and number <= 0:
            yield f"design.fpc: {number:g} is neither a share nor a number of units; give a number above 0."
    if len(set(design.clusters)) < len(design.clusters):
        yield "design.clusters: the same variable stands for two stages; name each stage's own units."


def _replicates(design: Sampling) -> Iterator[str]:
    given = design.replicates
    if given is None:
        return
    where = "design.replicates"
    need = NEEDED.get(given.type)
    if need and getattr(given, need) is None:
        yield f"{where}: type {given.type} needs `{need}`."
    if given.rscales is not None and len(given.rscales) != len(given.columns):
        yield (
            f"{where}.rscales: {len(given.rscales)} numbers for {len(given.columns)} columns; give one for "
            "each column."
        )
    if len(given.columns) < 2:
        yield f"{where}.columns: one column is no set of replicates; name them all, or use * in the name."
    if not (design.weights or design.probabilities):
        yield f"{where}: name the weights that the replicates belong to under design.weights."


def _schemes(config: Configuration) -> Iterator[str]:
    design = config.design
    for key, scheme in config.weighting.schemes.items():
        where = f"weighting.schemes.{key}"
        if scheme.method == "design" and not design.drawn:
            yield f"{where}: the method 'design' takes the weights of a sample, and `design` describes none."
        if design.final and scheme.method not in ("none", "design"):
            yield (
                f"{where}: the weights are final (design.final), so nothing is adjusted on top; take the "
                "scheme out, or say `final: false`."
            )
