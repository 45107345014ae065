"""Where the rules of the follow-up study find their files; no rule stands here."""

from surveypipe.study.checking import form
from surveypipe.study.planning import Planning

FOLLOWUP = "config/followup.yaml"


def second_wave(name):
    """Give an input function for a file of the second wave's results, or say what is missing."""

    def path(wildcards):
        try:
            plan = form(FOLLOWUP, Planning, STUDY)
        except SurveyError as error:
            stop(error.problems)
        if plan.second_wave is None:
            stop(
                [f"{FOLLOWUP}: there is no second_wave.results; see docs/followup.md."]
            )
        folder = plan.second_wave.results
        if not STUDY.own(f"{folder}/{name}").is_file():
            stop(
                [
                    f"{folder}/{name}: there is no such file. Run the pipeline for the second wave first."
                ]
            )
        return f"{folder}/{name}"

    return path
