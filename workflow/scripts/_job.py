"""Every file that a rule reads and makes: looked at before its stage computes, recorded after it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import msgspec

from surveypipe import stage_record
from surveypipe.problems import SurveyError
from surveypipe.whole_files import partial_of


class Files(msgspec.Struct, frozen=True):
    """What the rule says, also of files that no option names.

    Parameters
    ----------
    results
        Folder of the results.
    inputs, outputs
        Paths, as the rule has them.
    """

    results: str
    inputs: list[str]
    outputs: list[str]


@dataclass(frozen=True)
class Job:
    """One run of a stage.

    Parameters
    ----------
    stage
        Its name for a reader.
    results
        Folder of the results; None where the stage is run by hand on files that no run made.
    inputs, outputs
        What it reads and makes.
    """

    stage: str
    results: Path | None
    inputs: list[Path]
    outputs: list[Path]

    @classmethod
    def of(cls, stage: str, rule: Path | None, read: Iterable[Path], made: Iterable[Path]) -> Job:
        """Put together what the rule's file says, if there is one, and the files that the options name."""
        inputs, outputs, results = list(read), list(made), None
        if rule is not None:
            said = msgspec.json.decode(rule.read_bytes(), type=Files)
            results = Path(said.results)
            # In the rule's order: a job's record is named after the first file that it makes.
            inputs = [*map(Path, said.inputs), *inputs]
            outputs = [*map(Path, said.outputs), *outputs]
        elif outputs:
            results = stage_record.results_of(outputs[0])
        return cls(stage, results, list(dict.fromkeys(inputs)), list(dict.fromkeys(outputs)))

    def begin(self) -> None:
        """Forget what was recorded of the outputs, and look at the inputs.

        Raises
        ------
        SurveyError
            If an input is not what the stage that made it wrote.
        """
        for path in self.outputs:
            path.parent.mkdir(parents=True, exist_ok=True)
        if self.results is not None:
            stage_record.remove_record(self.results, self.outputs)
        wrong = stage_record.changed_inputs(self.inputs)
        if wrong:
            raise SurveyError(wrong)

    def end(self) -> None:
        """Record the outputs."""
        if self.results is not None:
            stage_record.write_record(self.results, self.stage, self.outputs)

    def discard(self) -> None:
        """Leave no output, nor one half written."""
        for path in self.outputs:
            path.unlink(missing_ok=True)
            partial_of(path).unlink(missing_ok=True)
