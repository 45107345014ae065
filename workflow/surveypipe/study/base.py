"""What the types of every YAML file of a study are built from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, dataclass_transform

from msgspec import Meta, Struct, field

# Beside a type that takes None: the file may say null. Elsewhere None stands only for a key left out, and a
# key with nothing after its colon is a mistake that is told.
NULLABLE = {"nullable": True}

Name = Annotated[str, Meta(pattern="^[a-z][a-z0-9_]*$")]
FileName = Annotated[str, Meta(pattern="^[a-z][a-z0-9-]*$")]
Word = Annotated[str, Meta(pattern="^[A-Za-z][A-Za-z0-9_-]*$")]
# Letters of any script, with the marks that some scripts set on them: the class of letters leaves marks out,
# so what may not stand in a name is listed.
NO_NAME = r"\s\x00-\x1f!\"%&'()*+,\-/:;<=>?\[\\\]^`{|}~\u2000-\u206f"
VARIABLE_NAME = rf"^[^\d.{NO_NAME}][^{NO_NAME}]*$"
VariableName = Annotated[str, Meta(pattern=VARIABLE_NAME)]
# More than live: a number above it is a slip. A seed is given to R as well, whose integers have 32 bits.
MOST_PEOPLE, MOST_SEED = 10_000_000_000, 2**31 - 1
Day = Annotated[str, Meta(pattern=r"^\d{4}-\d{2}-\d{2}$")]
Share = Annotated[float, Meta(ge=0, le=1)]
Positive = Annotated[float, Meta(gt=0)]
AboveOne = Annotated[float, Meta(gt=1)]
Count = Annotated[int, Meta(ge=1, le=MOST_PEOPLE)]
TwoOrMore = Annotated[int, Meta(ge=2, le=MOST_PEOPLE)]
Seed = Annotated[int, Meta(ge=0, le=MOST_SEED)]
Names = Annotated[tuple[str, ...], Meta(min_length=1)]
Code = int | float | str
Core = Literal["questionnaire"]


def same_code(first: object, second: object) -> bool:
    """Whether two codes are the same answer: 1, 1.0 and '1' are."""
    try:
        return float(str(first)) == float(str(second))
    except ValueError:
        return str(first) == str(second)


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(field,))
class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A block of keys in a YAML file of the study.

    A subclass is the only source of its keys: descriptions and limits stand in :class:`msgspec.Meta`, and
    what a file does not say has the field's default. The JSON Schema that files are checked against, and the
    documentation, are made from it (:mod:`surveypipe.study.schema`).
    """

    @classmethod
    def tag(cls) -> str:
        """Word by which a file chooses this block among its kind, such as ``share`` in ``kind: share``."""
        return str(cls.__struct_config__.tag)


def plain(value: Any) -> Any:
    """Lay settings out as JSON would: every default filled in, keys that have no value left out."""
    if isinstance(value, Settings):
        config = value.__struct_config__
        tag = {config.tag_field: config.tag} if config.tag_field and config.tag else {}
        named = zip(value.__struct_encode_fields__, value.__struct_fields__, strict=True)
        kept = {key: plain(getattr(value, name)) for key, name in named if getattr(value, name) is not None}
        return tag | kept
    if isinstance(value, Mapping):
        return {key: plain(entry) for key, entry in value.items() if entry is not None}
    if isinstance(value, list | tuple):
        return [plain(entry) for entry in value]
    return value
