"""Columns that look like weights, replicate weights, strata or sampling units, by their names and labels."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from surveypipe.intake.drafted import Column
from surveypipe.problems import shown

# Words by which files call the parts of a design: in the name of a column, alone or between signs.
_WEIGHT_WORDS = r"(?:^|[_.\W\d])(?:p?w|p?wt|wgt|p?weight|gewicht|poids)(?:s|ing)?\d*(?:$|[_.\W])|weight$"
_DRAWN_WORDS = r"(?:^|[_.\W])(?:strat(?:um|a)|psu|cluster|ssu|fpc)\d*(?:$|[_.\W])"
# Names in the files of large surveys: NHANES, NHIS, DHS, BRFSS, ESS, GSS, IPUMS, PISA and TIMSS.
_WEIGHT_NAMES = (
    r"^(?:wt(?:mec|int|saf|fa|ss)\w*|[hm]?v005|_?(?:llcp|final)wt|(?:d|p|psp|an)we?ight|p?spwght|"
    r"(?:per|hh)wt|w_fstuwt|totwgt)$"
)
_DRAWN_NAMES = (
    r"^(?:sdmv(?:psu|stra)|[hm]?v02[123]|_(?:psu|ststr)|v(?:psu|strat)|p(?:psu|strat)|jkzone|jkrep)$"
)
_REPLICATES = r"^(?:rep(?:l|licate)?_?w\w*?|w_?fstu?r(?:wt)?|brr\w*?|jk\w*?|bsw\w*?|[dphw]*wtr?ep)_?\d+$"
# A word of a design that is the whole name of a column; a part of a name may be that of a question.
_DRAWN_ALONE = r"^(?:strat(?:um|a)|psu|cluster|ssu|fpc)\d*$"
_STRATA = r"stra|[hm]?v02[23]$|zone$"
# Labels say it in full.
_WEIGHT_LABELS = (
    r"\b(?:sampl\w+|survey|design|post-?stratif\w+|expansion|analysis|response|population|respondent|person|"
    r"household|interview|exam) weight|\bweight(?:ing)? (?:factor|variable)"
)
_DRAWN_LABELS = (
    r"\b(?:primary|secondary) sampling unit|\bPSU\b|\bsampling (?:unit|strat\w+|point)|"
    r"\b(?:masked|pseudo|variance)[ -](?:variance )?(?:pseudo-?)?(?:strat\w+|psu|unit)"
)
# One column may be called anything; replicate weights come by the dozen.
_FEWEST_REPLICATES = 8


class DesignColumns(NamedTuple):
    """Names in the codebook of what looks like the parts of a design.

    Attributes
    ----------
    weights
        Numbers that may be weights.
    drawn
        What may be strata, sampling units or numbers of them.
    replicates
        Numbers that may be replicate weights.
    certain
        Those of them whose name or label can hardly be that of a question.
    """

    weights: list[str]
    drawn: list[str]
    replicates: list[str]
    certain: list[str]

    @property
    def every(self) -> set[str]:
        """All of them."""
        return {*self.weights, *self.drawn, *self.replicates}

    def section(self) -> str:
        """Write the section `design` of a configuration, as far as names tell it; empty without a weight."""
        strata = [name for name in self.drawn if re.search(_STRATA, name, re.IGNORECASE)][:1]
        sizes = [name for name in self.drawn if "fpc" in name.lower()]
        units = [name for name in self.drawn if name not in (*strata, *sizes)]
        parts = [f"weights: {name}" for name in self.weights[:1]] + [f"strata: {name}" for name in strata]
        parts += [
            f"{key}: [{', '.join(names)}]" for key, names in (("clusters", units), ("fpc", sizes)) if names
        ]
        return f"{{{', '.join(parts)}}}" if self.weights else ""


def design_columns(columns: Sequence[Column]) -> DesignColumns:
    """Find the columns that look like parts of a design; none of them is taken for one.

    Parameters
    ----------
    columns
        All columns of a draft.
    """
    numbers = [c for c in columns if c.guess.kind.ranked and not c.guess.kind.listed]
    replicates = [c.name for c in numbers if _is(c, _REPLICATES)]
    if len(replicates) < _FEWEST_REPLICATES:
        replicates = []
    weights = [
        c.name
        for c in numbers
        if _is(c, _WEIGHT_WORDS, _WEIGHT_NAMES) or re.search(_WEIGHT_LABELS, c.label, re.IGNORECASE)
        if c.name not in replicates
    ]
    drawn = [
        c.name
        for c in columns
        if _is(c, _DRAWN_WORDS, _DRAWN_NAMES) or re.search(_DRAWN_LABELS, c.label, re.IGNORECASE)
        if c.name not in (*weights, *replicates)
    ]
    certain = [
        c.name
        for c in columns
        if c.name in {*weights, *drawn}
        and (_is(c, _WEIGHT_NAMES, _DRAWN_NAMES, _DRAWN_ALONE) or _labelled(c))
    ]
    return DesignColumns(weights, drawn, replicates, [*certain, *replicates])


def set_aside(columns: Sequence[Column]) -> None:
    """Draft what is hardly a question as written by the office."""
    certain = set(design_columns(columns).certain)
    for column in columns:
        if column.name in certain and column.role == "question":
            column.role = "admin"


def _labelled(column: Column) -> bool:
    return any(re.search(said, column.label, re.IGNORECASE) for said in (_WEIGHT_LABELS, _DRAWN_LABELS))


def _is(column: Column, *patterns: str) -> bool:
    return any(re.search(pattern, column.in_file, re.IGNORECASE) for pattern in patterns)


def told_of(found: DesignColumns) -> str:
    """Say which columns look like parts of a design; empty where none does."""
    told = [f"{shown(found.weights)} may be a weight"] if found.weights else []
    told += [f"{shown(found.drawn)} may say how people were drawn"] if found.drawn else []
    if found.replicates:
        first, last = found.replicates[0], found.replicates[-1]
        told.append(f"{len(found.replicates)} columns, {first} to {last}, may be replicate weights")
    if not told:
        return ""
    aside = f" No questions (`role: admin`): {shown(found.certain)}." if found.certain else ""
    return (
        f"{', and '.join(told)}: if so, name it under `design` in config.yaml. Until then the respondents "
        f"count alike, as whoever came.{aside}"
    )
