"""Joint headcounts of a population from which a sample was drawn: ``inputs.counts`` beside a ``design``.

Where everybody was asked, headcounts tell who did not answer. Beside a sample they tell how many people there
are in each cell of several questions, and in each answer of one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from surveypipe.csv_text import named_cells
from surveypipe.problems import SurveyError, shown
from surveypipe.study.checks import nearest
from surveypipe.study.codebook_file import CodebookFile
from surveypipe.study.frame import HEADCOUNT, JointCell
from surveypipe.study.margins import Margins, answers_of, code_in

if TYPE_CHECKING:
    from surveypipe.study.settings import Configuration

# Numbers of people that differ by less are one.
SAME = 1e-9


def read_cells(path: Path) -> tuple[JointCell, ...]:
    """Read a CSV of headcounts as cells; none where it cannot be read, which ingest tells."""
    try:
        return tuple(
            JointCell(n=float(row[HEADCOUNT]), levels={k: v for k, v in row.items() if k != HEADCOUNT})
            for row in named_cells(path)
        )
    except (SurveyError, ValueError, KeyError):
        return ()


def cells_in_codes(cells: Sequence[JointCell], codebook: CodebookFile) -> tuple[JointCell, ...]:
    """Name the levels of cells by their codes, where the words of an answer were given."""
    made = []
    for cell in cells:
        levels = {}
        for name, level in cell.levels.items():
            column = codebook.variables.get(name)
            levels[name] = code_in(level, answers_of(column, codebook) if column else {})
        made.append(JointCell(levels=levels, n=cell.n))
    return tuple(made)


def margins_of(cells: Sequence[JointCell]) -> Margins:
    """Add the cells up to the number of people in each answer of each question."""
    found = Margins()
    for cell in cells:
        for name, level in cell.levels.items():
            levels = found.setdefault(name, {})
            levels[level] = levels.get(level, 0.0) + cell.n
    return found


def cell_problems(config: Configuration, codebook: CodebookFile) -> list[str]:
    """Say where joint headcounts fit neither the design nor the questionnaire nor the margins."""
    cells, frame = config.frame.cells, config.frame
    if not cells:
        return []
    where = str(config.inputs.counts) if config.inputs.counts else "frame.cells"
    if not config.design.drawn:
        return [
            f"{where}: cells of a population belong to a sample, and `design` describes none. Name the CSV "
            "of headcounts under inputs.counts, or say under `design` how the respondents were drawn."
        ]
    names = list(cells[0].levels)
    found = [
        f"{where}: {name!r} is no question of the codebook{nearest(name, list(codebook.variables))}; a "
        "respondent's cell must be among the answers."
        for name in names
        if name not in codebook.variables
    ]
    odd = [cell for cell in cells if set(cell.levels) != set(names)]
    if odd:
        found.append(
            f"{where}: {len(odd)} of {len(cells)} cells tell other questions than the first "
            f"({shown(names)}); give every cell an answer to each of them."
        )
    counted = Counter(tuple(sorted(cell.levels.items())) for cell in cells)
    twice = [", ".join(level for _, level in cell) for cell, times in counted.items() if times > 1]
    if twice:
        found.append(f"{where}: the cell {shown(twice)} stands there twice; keep one.")
    return found + _beside_margins(where, cells, frame.margins)


def _beside_margins(where: str, cells: Sequence[JointCell], margins: Margins) -> list[str]:
    """Say by how much cells differ from the margins that are told of the same questions."""
    return [
        f"{where}: the cells hold {n:g} people of {name} {level}, and frame.margins tells "
        f"{margins[name].get(level, 0.0):g}; correct one, or leave {name} out of the margins."
        for name, levels in margins_of(cells).items()
        for level, n in levels.items()
        if abs(n - margins[name].get(level, 0.0)) > SAME * max(n, 1.0)
    ]


def told_together(names: Sequence[str], cells: Sequence[JointCell]) -> bool:
    """Whether it is known how many people are in each cell of some questions."""
    return bool(cells) and set(names) <= set(cells[0].levels)
