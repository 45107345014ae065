"""What the studies drawn at random say of all that the schema allows."""

from __future__ import annotations

from drawing.coverage import CODEBOOK, CONFIGURATION, of_study
from drawing.studies import configured
from surveypipe.study.consistency import registered

SEEDS = 400
# Read by no stage up to disclosure, with the stage that reads it.
LATER = {
    "report": "rendering", "study.follows": "the texts", "study.names": "the texts",
    "study.labels_in_text": "the texts", "study.field_period": "the texts", "vocabulary": "the texts",
    "inputs.authors": "rendering", "rehearsal": "the rehearsal", "study.data=rehearsal": "the rehearsal",
    "deviations": "the sealed plan and the texts", "archive": "the archive",
    "inputs.released": "an archive rebuilt",
}  # fmt: skip
# Not said, because it is the default or has one value alone.
ONE_VALUE = (
    "analysis.mean_interval", "analysis.reliability.interval=feldt", "claims.*.direction=above",
    "cleaning.rules.core", "codebook.variables.*.role=question", "response.core", "response.edition",
    "weighting.schemes.*.collapse.inside=smoothed", "weighting.schemes.*.steps.collapse.inside=smoothed",
)  # fmt: skip
# Steps of a composed scheme are made as schemes are, and the options of these are drawn.
AS_SCHEMES = "weighting.schemes.*.steps."
# Where the test puts the study, and what it calls its files.
PLACES = ("results", "inputs.staff_list", "inputs.encoding")


def test_every_key_and_value_of_the_schema_is_drawn():
    drawn = set[str]()
    for seed in range(SEEDS):
        drawn |= of_study(configured(seed))
    everything = CONFIGURATION | {f"codebook.{key}" for key in CODEBOOK}
    everything |= {f"weighting.schemes.*.method={name}" for name in registered("weighting.methods", "method")}
    passed_over = (*LATER, *ONE_VALUE, *PLACES, AS_SCHEMES)
    never = {key for key in everything - drawn if not key.startswith(passed_over)}
    assert never == set()
