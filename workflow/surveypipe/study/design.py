"""Section ``design``: how the respondents were drawn, from which every standard error follows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta

from surveypipe.study.base import Positive, Settings

if TYPE_CHECKING:
    from surveypipe.study.frame import Frame, Population

# Everybody was asked; units were drawn; replicate weights stand for how; or nobody knows.
Kind = Literal["census", "sample", "replicates", "convenience"]
ReplicateType = Literal["BRR", "Fay", "JK1", "JKn", "bootstrap", "other"]
SingleUnit = Literal["error", "adjust", "average", "certainty"]


class GivenReplicates(Settings, kw_only=True):
    """Replicate weights that came with the file."""

    columns: Annotated[
        str | Annotated[tuple[str, ...], Meta(min_length=1)],
        Meta(
            description="Their columns in the survey file: a list, or one name in which * stands for any "
            "characters (repwt*)."
        ),
    ]
    type: Annotated[
        ReplicateType,
        Meta(
            description="How they were made. BRR, Fay, JK1 and bootstrap have a scale of their own; JKn "
            "needs `rscales`; other needs `scale`."
        ),
    ]
    rho: Annotated[
        Annotated[float, Meta(ge=0, lt=1)] | None, Meta(description="For Fay: the damping of the replicates.")
    ] = None
    scale: Annotated[
        Positive | None,
        Meta(description="Factor on the sum of squared deviations; left out: what the type implies."),
    ] = None
    rscales: Annotated[
        tuple[Annotated[float, Meta(ge=0)], ...] | None,
        Meta(description="Factor on each replicate's squared deviation, one for each column; left out: 1."),
    ] = None
    combined: Annotated[
        bool,
        Meta(
            description="true: the columns are whole weights; false: factors, to be multiplied by the "
            "weights."
        ),
    ] = True
    mse: Annotated[
        bool,
        Meta(
            description="true: deviations from the estimate; false: from the mean of the replicates, as R "
            "does unless told otherwise."
        ),
    ] = False


class Sampling(Settings, kw_only=True):
    """How the respondents were drawn, from which every standard error follows."""

    kind: Annotated[
        Kind | None,
        Meta(
            description="census: everybody was asked; sample: units were drawn with known chances; "
            "replicates: replicate weights came with the file; convenience: an open link or whoever came, "
            "so no sampling error is claimed. Left out: replicates where `replicates` is given, sample "
            "where weights, probabilities, strata, clusters or fpc are, census with a list or headcounts, "
            "else convenience."
        ),
    ] = None
    weights: Annotated[
        str | None,
        Meta(
            description="Variable of the survey (with a list: of the list) that holds weights: one over the "
            "chance of selection, or final ones. Any scale above 0."
        ),
    ] = None
    probabilities: Annotated[
        str | None, Meta(description="Instead of weights: variable that holds the chance of selection.")
    ] = None
    final: Annotated[
        bool | None,
        Meta(
            description="Whether the weights are final: adjusted already, so that nothing is adjusted on "
            "top. Left out: true where neither a list nor headcounts nor margins are known."
        ),
    ] = None
    strata: Annotated[str | None, Meta(description="Variable that holds the stratum of the first stage.")] = (
        None
    )
    clusters: Annotated[
        tuple[str, ...],
        Meta(
            description="Variables that hold the sampling units, from the first stage down; left out: "
            "persons were drawn."
        ),
    ] = ()
    fpc: Annotated[
        tuple[str | float, ...],
        Meta(
            description="For each stage the number of units in the population of its stratum, or the share "
            "that was drawn: a variable, or a number that holds for all. Left out: without the correction."
        ),
    ] = ()
    single_unit: Annotated[
        SingleUnit,
        Meta(
            description="What to do with a stratum of which one unit was drawn. error: stop; adjust: "
            "deviation from the mean of all; average: mean of the other strata's variances; certainty: no "
            "variance."
        ),
    ] = "error"
    replicates: Annotated[
        GivenReplicates | None, Meta(description="Replicate weights that came with the file.")
    ] = None

    @property
    def stages(self) -> int:
        """Number of stages at which units were drawn."""
        return max(1, len(self.clusters))

    @property
    def drawn(self) -> bool:
        """Whether the respondents are a sample whose selection is known."""
        return self.kind in ("sample", "replicates")

    @property
    def numbers(self) -> list[str]:
        """Variables that hold numbers: weights or chances, and population sizes."""
        return [name for name in (self.weights, self.probabilities, *self.fpc) if isinstance(name, str)]

    @property
    def labels(self) -> list[str]:
        """Variables that hold labels: the stratum, then the units."""
        return [*filter(None, [self.strata]), *self.clusters]

    @property
    def variables(self) -> list[str]:
        """Every variable of the selection but the replicate weights, each once."""
        return list(dict.fromkeys([*self.numbers, *self.labels]))


def kind_of(sampling: Sampling, population: Population) -> Kind:
    """Say how the respondents came; without a word, from the keys that are given."""
    if sampling.kind is not None:
        return sampling.kind
    if sampling.replicates is not None:
        return "replicates"
    if sampling.variables or sampling.fpc:
        return "sample"
    return "convenience" if population == "none" else "census"


def silent_known(population: Population, sampling: Sampling) -> bool:
    """Whether it is known how many of those who were asked gave no answer.

    Headcounts tell it where everybody was asked; of a sample only a list of those drawn does.
    """
    return population == "list" or (population == "counts" and sampling.kind == "census")


def silent_described(population: Population, frame: Frame) -> bool:
    """Whether more is known of those who gave no answer than how many they are.

    A list and joint headcounts tell it; of totals nobody knows how they meet in a person.
    """
    return population == "list" or (population == "counts" and not frame.margins and frame.size is None)
