"""What pages, tables, figures and files say of data that are not real, lest they be taken for results."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Mark:
    """Words for one kind of data that are not real.

    Attributes
    ----------
    word
        In names of files, and at the head of each page, in capitals.
    short
        In the note of a table, at the foot of a figure.
    notice
        The banner of a document: a sentence.
    record
        For files that other programs read (SPSS, CSV, JSON), and for the end of a run.
    watermark
        Set across each page; '' for none.
    """

    word: str
    header: str
    short: str
    notice: str
    record: str
    watermark: str = ""

    @property
    def first_line(self) -> str:
        """First line of a table in CSV; '' where the names of the raw files are warning enough."""
        return self.record if self.watermark else ""


MARKS = {
    "simulated": Mark(
        word="SIMULATED",
        header="SIMULATED DATA",
        short="Simulated data",
        notice="SIMULATED DATA. Every number in this document was computed from simulated answers and "
        "describes nothing and nobody real.",
        record="SIMULATED data, no real person answered",
    ),
    "rehearsal": Mark(
        word="REHEARSAL",
        header="REHEARSAL, MADE-UP ANSWERS",
        short="Rehearsal, made-up answers",
        notice="REHEARSAL, MADE-UP ANSWERS. Every answer behind this document comes from guesses; no number "
        "and no sentence in it is a finding.",
        record="REHEARSAL, made-up answers: no number here is a finding",
        watermark="REHEARSAL",
    ),
}
