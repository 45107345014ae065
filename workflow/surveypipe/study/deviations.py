"""Section ``deviations``: what is otherwise than in the sealed plan."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from surveypipe.study.base import Day, Settings


class Deviation(Settings, kw_only=True):
    """One departure from the sealed plan, with its reason."""

    what: Annotated[
        str,
        Meta(
            description="The key that was changed, as `claims.C1.threshold`, or one that holds several "
            "(`analysis.models`; those of the codebook begin with `codebook`); in words, what no file "
            "shows.",
            min_length=1,
        ),
    ]
    why: Annotated[str, Meta(description="The reason, as the documents print it.", min_length=1)]
    when: Annotated[Day, Meta(description="The day on which it was decided, YYYY-MM-DD.")]

    @property
    def key(self) -> str | None:
        """The key that it names; None where it is told in words."""
        return None if " " in self.what.strip() else self.what.strip()

    def covers(self, path: str) -> bool:
        """Whether it is about the setting of a path: that path itself, or one above it."""
        return self.key is not None and (path == self.key or path.startswith(f"{self.key}."))
