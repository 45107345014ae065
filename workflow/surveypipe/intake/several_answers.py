"""Questions of which a cell holds several answers, as web forms export "tick all that apply"."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

# Microsoft Forms parts the answers by a semicolon, Google Forms by a comma and a space.
PARTED_BY = (";", ", ")
# An option was offered to all, so that several people chose it; what fewer wrote is an answer in own words.
FEWEST = 3
MOST_OPTIONS, LONGEST = 30, 80
OTHER = "other answers"


def with_boxes(table: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """Give every option of a question with several answers to a cell a column of its own, in its place.

    Parameters
    ----------
    table
        Records as text, blanks missing.

    Returns
    -------
    DataFrame
        In place of such a question a column ``question: option`` for each option, in the order of how many
        chose it, which holds the option where it was chosen; and one of the answers in own words, if any.
    list of str
        The questions.
    """
    import pandas as pd

    parts: list[pd.DataFrame] = []
    found = []
    for k, name in enumerate(table.columns):
        column = table.iloc[:, k]
        cells = _cells(column)
        if cells is None:
            parts.append(column.to_frame(name))
            continue
        found.append(str(name))
        parts.append(_boxes(cells, str(name)))
    return (pd.concat(parts, axis=1) if found else table), found


def _cells(column: pd.Series) -> list[list[str]] | None:
    """Split every cell of a column into its answers; None where its cells hold one each."""
    if column.dtype.kind in "iufbM":
        return None
    texts = ["" if value is None or value != value else str(value) for value in column]
    for sign in PARTED_BY:
        if not any(sign in text for text in texts):
            continue
        cells = [[part.strip() for part in text.split(sign) if part.strip()] for text in texts]
        if _are_options(cells, alone=sign != ";"):
            return cells
    return None


def _are_options(cells: list[list[str]], *, alone: bool) -> bool:
    """Whether what stands in the cells are options that were offered, several of which could be chosen.

    Parameters
    ----------
    cells
        The parts of each cell.
    alone
        Whether each option must also be the only one of somebody: a comma stands within one answer too.
    """
    counts = Counter(part for cell in cells for part in dict.fromkeys(cell))
    options = [part for part, n in counts.items() if n >= FEWEST]
    if not 2 <= len(options) <= MOST_OPTIONS or max(map(len, options)) > LONGEST:
        return False
    filled = [set(cell) & set(options) for cell in cells if cell]
    several = [cell for cell in filled if len(cell) > 1]
    if len(several) < FEWEST or sum(map(bool, filled)) < 0.8 * len(filled):
        return False
    # Answers that always go together are one answer; those of a list come in many companies.
    company: dict[str, set[frozenset[str]]] = {part: set() for part in options}
    for cell in filled:
        for part in cell:
            company[part].add(frozenset(cell))
    single = {part for cell in filled if len(cell) == 1 for part in cell}
    if alone and single != set(options):
        return False
    return all(len(kinds) > 1 for kinds in company.values())


def _boxes(cells: list[list[str]], name: str) -> pd.DataFrame:
    import pandas as pd

    counts = Counter(part for cell in cells for part in dict.fromkeys(cell))
    options = [part for part, n in counts.most_common() if n >= FEWEST]
    made = {f"{name}: {part}": [part if part in cell else None for cell in cells] for part in options}
    rest = ["; ".join(part for part in cell if part not in options) or None for cell in cells]
    if any(rest):
        made[f"{name}: {OTHER}"] = rest
    return pd.DataFrame({column: pd.Series(values, dtype="object") for column, values in made.items()})
