"""Problems a researcher can act on, collected over a stage and reported together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

T = TypeVar("T")


class SurveyError(Exception):
    """One or more problems with the inputs or the configuration, in survey words.

    Parameters
    ----------
    problems
        Complete sentences, each naming the file or configuration key, the variable and value, the
        number of cases concerned, and what to do.
    """

    def __init__(self, problems: str | Iterable[str]) -> None:
        self.problems: list[str] = [problems] if isinstance(problems, str) else list(problems)
        super().__init__("\n".join(self.problems))


class Problems:
    """A list of problems that raises once, at the end of a stage.

    Examples
    --------
    >>> problems = Problems()
    >>> problems.add("staff_list.csv: staff_id S012 occurs 2 times; keep one row each.")
    >>> problems.raise_if_any()
    Traceback (most recent call last):
    ...
    surveypipe.problems.SurveyError: staff_list.csv: staff_id S012 occurs 2 times; keep one row each.
    """

    def __init__(self) -> None:
        self._found: list[str] = []

    def add(self, sentence: str) -> None:
        """Record one problem; the same sentence is kept once."""
        if sentence not in self._found:
            self._found.append(sentence)

    def extend(self, sentences: Iterable[str]) -> None:
        """Record several problems."""
        for sentence in sentences:
            self.add(sentence)

    def attempt(self, make: Callable[[], T]) -> T | None:
        """Give what a function makes; of one that fails keep the problems, and give None."""
        try:
            return make()
        except SurveyError as error:
            self.extend(error.problems)
            return None

    def __bool__(self) -> bool:
        return bool(self._found)

    def __len__(self) -> int:
        return len(self._found)

    def raise_if_any(self) -> None:
        """Raise :class:`SurveyError` with all that was found, or do nothing.

        Raises
        ------
        SurveyError
            If at least one problem was recorded.
        """
        if self._found:
            raise SurveyError(self._found)


def numbered(problems: Sequence[str], head: str) -> str:
    """Lay out problems as a numbered list for the terminal.

    Parameters
    ----------
    problems
        One sentence or more for each.
    head
        First line, with ``{count}`` for how many there are.

    Examples
    --------
    >>> print(numbered(["a.csv: it is empty."], "{count} to put right:"))
    1 problem to put right:
      1. a.csv: it is empty.
    """
    count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
    lines = [f"  {number}. {text}" for number, text in enumerate(problems, start=1)]
    return "\n".join([head.format(count=count), *lines])


def shown(values: Iterable[object], limit: int = 6) -> str:
    """Join values for a message, cutting a long list without hiding how long it is."""
    texts = [str(value) for value in values]
    if len(texts) <= limit:
        return ", ".join(texts)
    return ", ".join(texts[:limit]) + f" and {len(texts) - limit} more"
