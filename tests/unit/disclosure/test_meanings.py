"""What the answers mean, as anybody may read it: what the stages alone read is not told."""

from __future__ import annotations

from surveypipe.disclosure.meanings import shown_values


def test_what_only_the_stages_read_is_left_out_and_nothing_else():
    hours = {"label": "Hours", "values": {}, "role": "question", "range": [0.0, 40.0]}
    team = {"label": "Team", "values": {"a": "North", "b": "South"}, "role": "frame"}
    shown = shown_values({"hours": hours, "team": team}, {})
    assert shown == {"hours": {k: v for k, v in hours.items() if k != "range"}, "team": team | {"values": {}}}
    assert hours["range"] == [0.0, 40.0]
