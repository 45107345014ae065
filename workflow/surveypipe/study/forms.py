"""How the values of a claim are printed: as shares, differences of shares, or numbers with a unit."""

from __future__ import annotations

from dataclasses import dataclass

from surveypipe import formatting


@dataclass(frozen=True)
class Form:
    """Numbers to two decimals, large ones to fewer, as means are printed wherever answers are told.

    Attributes
    ----------
    unit
        Unit of a difference between two values, such as ``scale points``; '' where there is none to name.
    """

    unit: str = ""

    def printed(self, value: float) -> str:
        """Print a value in a sentence."""
        return formatting.weight(value)

    def tabled(self, value: float) -> str:
        """Print a value, or a difference of two, in a table whose note names the unit."""
        return formatting.weight(value)

    def noted(self, value: float) -> str:
        """Write a value in a cell that lists several."""
        return formatting.setting(value)

    def marked(self, value: float) -> str:
        """Print a value beside a tick of its axis."""
        return formatting.held(value) if value else "0"

    def shift_printed(self, value: float) -> str:
        """Print the size of a move, with its unit."""
        return f"{formatting.weight(abs(value))} {self.unit}".strip()

    @property
    def printed_unit(self) -> str:
        """Unit that a printed value needs beside it; '' where the value is printed with it, or has none."""
        return self.unit

    def with_unit(self, value: float) -> str:
        """Print a value with its unit, in a sentence that does not name it otherwise."""
        return f"{self.printed(value)} {self.printed_unit}".strip()

    def span_printed(self, low: float, high: float) -> str:
        """Print an interval in a sentence."""
        return f"{formatting.weight(low)} to {formatting.weight(high)}"

    def set_tabled(self, value: float) -> str:
        """Print a threshold, with the decimals it was set with, in a table whose note names the unit."""
        return formatting.exact(value)

    def set_printed(self, value: float) -> str:
        """Print a threshold with its unit."""
        return f"{self.set_tabled(value)} {self.unit}".strip()

    def set_bare(self, value: float) -> str:
        """Print a threshold where its unit is told otherwise."""
        return self.set_tabled(value)

    @property
    def note(self) -> str:
        """Say in a note what the values are in: ``in scale points``; '' where no unit can be named."""
        return f"in {self.unit}" if self.unit else ""


@dataclass(frozen=True)
class Whole(Form):
    """Whole numbers, with commas from a thousand."""

    def printed(self, value: float) -> str:
        """Print a value in a sentence."""
        return formatting.count(value)

    def tabled(self, value: float) -> str:
        """Print a value, or a difference of two, in a table whose note names the unit."""
        return formatting.count(value)

    def noted(self, value: float) -> str:
        """Write a value in a cell that lists several."""
        return formatting.count(value)

    def marked(self, value: float) -> str:
        """Print a value beside a tick of its axis."""
        return formatting.count(value)

    def shift_printed(self, value: float) -> str:
        """Print the size of a move, with its unit."""
        return f"{formatting.count(abs(value))} {self.unit}".strip()

    def span_printed(self, low: float, high: float) -> str:
        """Print an interval in a sentence."""
        return f"{formatting.count(low)} to {formatting.count(high)}"


@dataclass(frozen=True)
class Ratio(Form):
    """Odds ratios: to one decimal, below a tenth to one digit, as they are released."""

    def printed(self, value: float) -> str:
        """Print a value in a sentence."""
        return formatting.ratio(value)

    def tabled(self, value: float) -> str:
        """Print a value, or a difference of two, in a table."""
        return formatting.ratio(value)

    def shift_printed(self, value: float) -> str:
        """Print the size of a move."""
        return formatting.ratio(abs(value))

    def span_printed(self, low: float, high: float) -> str:
        """Print an interval in a sentence."""
        return f"{formatting.ratio(low)} to {formatting.ratio(high)}"


@dataclass(frozen=True)
class PerCent(Form):
    """Shares, in whole per cent."""

    unit: str = "percentage points"

    def printed(self, value: float) -> str:
        """Print a share in per cent."""
        return formatting.percent(value)

    def tabled(self, value: float) -> str:
        """Print a share, or a difference of shares, without its unit."""
        return formatting.points(value)

    def noted(self, value: float) -> str:
        """Write a share in a cell that lists several."""
        return f"{100 * value:.0f} %"

    def marked(self, value: float) -> str:
        """Print a share beside a tick of its axis."""
        return formatting.percent(value)

    def set_tabled(self, value: float) -> str:
        """Print a threshold of a share in per cent, with two decimals at most, without its sign."""
        return formatting.exact(round(100 * value, 2))

    def set_printed(self, value: float) -> str:
        """Print a threshold of a share in per cent."""
        return f"{self.set_tabled(value)}%"

    def set_bare(self, value: float) -> str:
        """Print a threshold with its sign or unit, without which it would be another number."""
        return self.set_printed(value)

    def shift_printed(self, value: float) -> str:
        """Print the size of a move in whole percentage points."""
        return _points(abs(value))

    @property
    def printed_unit(self) -> str:
        """No unit: a share is printed in per cent."""
        return ""

    def span_printed(self, low: float, high: float) -> str:
        """Print an interval of shares in a sentence."""
        return formatting.percent_interval(low, high)


@dataclass(frozen=True)
class PercentagePoints(PerCent):
    """Differences of shares, in whole percentage points."""

    def printed(self, value: float) -> str:
        """Print a difference of shares with its unit."""
        return _points(value)

    def marked(self, value: float) -> str:
        """Print a difference beside a tick of its axis."""
        return formatting.points(value)

    def set_printed(self, value: float) -> str:
        """Print a threshold of a difference of shares with its unit."""
        return _with_points(self.set_tabled(value))

    def span_printed(self, low: float, high: float) -> str:
        """Print an interval of differences in a sentence."""
        return f"{formatting.points(low)} to {_points(high)}"


def _points(value: float) -> str:
    return _with_points(formatting.points(value))


def _with_points(size: str) -> str:
    return f"{size} percentage {'point' if size.lstrip(formatting.MINUS + '-') == '1' else 'points'}"
