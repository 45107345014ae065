"""What an archive says of a made-up study."""

from __future__ import annotations

from surveypipe.archiving.about import About, Level
from surveypipe.study.authors import Affiliation, Author, Authors

AUTHORS = Authors(
    authors=(
        Author(name="Ana María Ruiz", orcid="0000-0001-2345-678X", affiliations=(1,)),
        Author(name="Li", affiliations=(1, 2)),
    ),
    affiliations=(Affiliation(id=1, name="One, City"), Affiliation(id=2, name="Two, City")),
    funding="A council",
)


def about(level: Level = Level.PUBLIC, *, mark: str = "", answers: bool = False) -> About:
    return About(
        identifier="small",
        title="A small & plain study",
        level=level,
        answers=answers,
        mark=mark,
        setting="one place",
        people="pupils",
        period=("2024-01-02", "2024-02-03"),
        outcome=("60 answered.", "Of 80."),
        design="census",
        mode="web",
        weight="By site",
        authors=AUTHORS,
        licence="CC-BY-4.0",
        keywords=("schools",),
        epoch=1_700_000_000,
        tool="0.1.0",
    )
