"""What a comparison says first: how many numbers moved, the largest move, and the grades."""

from __future__ import annotations

from surveypipe import formatting
from surveypipe.comparison.causes import Provenance
from surveypipe.comparison.moves import GradeChange, Move, Moves

_COLUMNS = {
    "se": "standard error",
    "ci_low": "lower limit",
    "ci_high": "upper limit",
    "n": "n",
    "df": "degrees of freedom",
    "bound_low": "lower bound",
    "bound_high": "upper bound",
    "tipping_theta": "tipping odds ratio",
}
# Rows told on a screen; the table of the comparison holds all.
_SHOWN = 12


def first_line(found: Moves) -> str:
    """Say the worst that happened, in one sentence.

    Examples
    --------
    >>> first_line(Moves(compared=1204))
    'None of 1,204 released numbers moved; no grade changed.'
    """
    parts = [f"{_moved(found)} of {formatting.count(found.compared)} released numbers moved"]
    for happened in ("appeared", "vanished"):
        if number := len(found.of(happened)):
            parts[0] += f", {formatting.count(number)} {happened}"
    largest = found.largest()
    if largest is not None:
        parts.append(f"the largest move is {name(largest)} by {size(largest)}")
    parts.append(grades(found))
    # A grade is what readers act on, so that it comes first where it changed.
    if found.grades:
        parts = [parts[-1], *parts[:-1]]
    line = "; ".join(parts) + "."
    return line[0].upper() + line[1:]


def _moved(found: Moves) -> str:
    number = len(found.of("moved"))
    return formatting.count(number) if number else "none"


def grades(found: Moves) -> str:
    """Name the claims whose grade changed; of a single one say what it became."""
    if not found.grades:
        return "no grade changed"
    if len(found.grades) == 1:
        [one] = found.grades
        return f"the grade of {one.name} changed from '{one.old or 'no claim'}' to '{one.new or 'no claim'}'"
    return f"the grades of {formatting.sentence_list([one.name for one in found.grades])} changed"


def name(move: Move) -> str:
    """Name a number so that a reader knows which it is.

    A claim's estimate by its key, another by what was asked, the answer, the group and the weights.
    """
    row = move.row
    column = _COLUMNS.get(move.column, move.column.replace("_", " "))
    if move.table == "claims":
        return f"{GradeChange(row['claim'], row.get('group_level', ''), '', '').name}'s {column}"
    if move.table != "estimates":
        return f"{column} of {', '.join(part for part in move.place if part)} ({move.table})"
    if "variable" not in row:
        return f"the {column} of {move.place[0]}"
    asked = row.get("variable_label") or row["variable"]
    answer = row.get("level_label") or row.get("level", "")
    parts = [f"{asked}: {answer}" if answer else asked, row["statistic"].replace("_", " ")]
    parts += [row["group_level"]] if row.get("group_level") else []
    parts += [f"weights {row['scheme']}"] if row.get("scheme") else []
    return f"the {column} of {', '.join(parts)}"


def size(move: Move) -> str:
    """Say how far a number moved.

    Examples
    --------
    >>> row = {"statistic": "proportion", "claim": "C1"}
    >>> size(Move("estimates", ("a",), "estimate", row, 0.70, 0.74, 0.05))
    '4.0 points (0.8 SE)'
    """
    if move.absolute is None:
        return move.happened
    moved = move.absolute
    told = f"{formatting.points(moved, 1)} points" if move.is_share else formatting.exact(round(moved, 6))
    return told if move.in_se is None else f"{told} ({formatting.decimal(abs(move.in_se), 1)} SE)"


def value(move: Move, which: float | None) -> str:
    """Print what a number was or is."""
    if which is None:
        return formatting.NOT_APPLICABLE
    return formatting.percent(which, 1) if move.is_share else formatting.exact(which)


def told(found: Moves, known: Provenance, labels: tuple[str, str]) -> list[str]:
    """Lay a comparison out for the terminal, the worst first."""
    lines = [first_line(found), f"Old: {labels[0]}. New: {labels[1]}."]
    if known.causes:
        lines += ["What differs between them:"] + [f"  {one.kind}: {one.words}" for one in known.causes]
    else:
        lines.append("Data, configuration, code and software are the same, as far as the manifests tell.")
    lines += known.unknown
    lines += [
        f"  {one.name}: '{one.old or 'no claim'}' became '{one.new or 'no claim'}' ({one.cause})"
        for one in found.grades
    ]
    for happened in ("moved", "appeared", "vanished"):
        some = found.worst_first(happened)
        lines += [f"Numbers that {happened}:"] if some else []
        lines += [
            f"  {name(move)}: {value(move, move.old)} to {value(move, move.new)}, {size(move)}; {move.cause}"
            if happened == "moved"
            else f"  {name(move)}: {value(move, move.new if move.old is None else move.old)}; {move.cause}"
            for move in some[:_SHOWN]
        ]
        lines += [f"  and {len(some) - _SHOWN} more"] if len(some) > _SHOWN else []
    return lines
