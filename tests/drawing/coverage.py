"""What of the schema the drawn studies say, and how often.

``PYTHONPATH=tests:workflow python -m drawing.coverage 1000`` prints what a number of seeds draw.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from typing import Any

from drawing.studies import configured
from drawing.study import RandomStudy
from surveypipe.study.base import Settings
from surveypipe.study.codebook_file import CodebookFile
from surveypipe.study.schema import resolved, schema_of
from surveypipe.study.settings import Configuration


def allowed(kind: type[Settings]) -> set[str]:
    """Every key of a file and every value of a list of options, as ``design.replicates.type=BRR``.

    An asterisk stands for a name of the researcher's own.
    """
    whole = schema_of(kind)
    return set(_keys(whole, whole, ""))


def _keys(about: dict[str, Any], whole: dict[str, Any], path: str) -> Iterator[str]:
    about = resolved(about, whole)
    for option in about.get("anyOf", []):
        yield from _keys(option, whole, path)
    for key, inner in about.get("properties", {}).items():
        yield f"{path}.{key}".lstrip(".")
        yield from _keys(inner, whole, f"{path}.{key}".lstrip("."))
    if isinstance(about.get("additionalProperties"), dict):
        yield from _keys(about["additionalProperties"], whole, f"{path}.*")
    if isinstance(about.get("items"), dict):
        yield from _keys(about["items"], whole, path)
    yield from (f"{path}={value}" for value in about.get("enum", []) if value is not None)


def said(value: Any, keys: set[str], path: str = "") -> Iterator[str]:
    """Give what a file says, in the words of :func:`allowed`."""
    if isinstance(value, dict):
        for key, inner in value.items():
            named = f"{path}.{key}".lstrip(".")
            named = named if named in keys else f"{path}.*"
            yield named
            yield from said(inner, keys, named)
    elif isinstance(value, list):
        for inner in value:
            yield from said(inner, keys, path)
    elif f"{path}={value}" in keys:
        yield f"{path}={value}"


CONFIGURATION, CODEBOOK = allowed(Configuration), allowed(CodebookFile)


def of_study(study: RandomStudy) -> set[str]:
    """Give all that a drawn study says, in configuration and codebook."""
    files = {"inputs": {key: "" for key in [*study.tables, "survey", "codebook", "checksums"]}}
    told = set(said(study.config | files, CONFIGURATION))
    methods = [scheme["method"] for scheme in study.config.get("weighting", {}).get("schemes", {}).values()]
    told |= {f"weighting.schemes.*.method={method}" for method in methods}
    return told | {f"codebook.{key}" for key in said(study.codebook_file, CODEBOOK)}


def crossed(study: RandomStudy) -> Iterator[tuple[str, ...]]:
    """Population, design and number of groups, by each kind of claim and each type of question."""
    design = study.config.get("design", {})
    if "replicates" in design:
        kind = f"{design['replicates']['type']} replicates"
    else:
        stages = len(design.get("clusters", [])) or 1
        drawn = {"strata", "weights", "probabilities", "clusters", "fpc"} & set(design)
        kind = f"sample of {stages} stage{'s' * (stages > 1)}" if drawn else "no sample"
    groups = {0: "no group", 1: "one group"}.get(len(study.grouping), "groups")
    claims = {claim["kind"] for claim in study.config.get("claims", {}).values()} or {"no claim"}
    types = {about["type"] for about in study.codebook.values() if "role" not in about}
    for claim in sorted(claims):
        yield "population × design × groups × claim", study.population, kind, groups, claim
    for one in sorted(types):
        yield "population × design × groups × question", study.population, kind, groups, one


def main(many: int) -> None:
    """Print how often each key, each value and each crossing is drawn, the rarest last."""
    keys, crossings = Counter[str](), Counter[tuple[str, ...]]()
    for seed in range(many):
        study = configured(seed)
        keys.update(of_study(study))
        crossings.update(set(crossed(study)))
    never = (CONFIGURATION | {f"codebook.{key}" for key in CODEBOOK}) - set(keys)
    for name, count in keys.most_common():
        print(f"{count:6d}  {name}")
    for crossing, count in crossings.most_common():
        print(f"{count:6d}  {' | '.join(crossing)}")
    print("Never drawn:", *sorted(never), sep="\n        ")


if __name__ == "__main__":
    main(int(sys.argv[1]))
