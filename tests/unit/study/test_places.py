"""Lines of keys in YAML files, and messages that name them."""

from __future__ import annotations

from surveypipe.study.places import lines_of, with_lines

TEXT = """\
# a comment
study:
  title: A
  levels: {a: 1, 2: b}
list:
  - one
  - {name: two}
variables:
  Frage.1: {type: text}
"""


def test_every_key_and_entry_has_its_line(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_text(TEXT, encoding="utf-8")
    found = lines_of(path)
    assert found["study"] == 2 and found["study.title"] == 3 and found["study.levels.2"] == 4
    assert found["list.1"] == found["list.1.name"] == 7
    assert found["variables.Frage.1.type"] == 9


def test_a_file_that_cannot_be_read_has_no_lines(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_text("a: [", encoding="utf-8")
    assert lines_of(path) == {} == lines_of(tmp_path / "absent.yaml")


def test_a_message_names_the_line_of_the_nearest_key(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_text(TEXT, encoding="utf-8")
    told = [
        "a.yaml: study.title: wrong.",
        "a.yaml: study.absent.deeper: wrong.",
        "a.yaml: study: unknown key 'title'.",
        "a.yaml: unknown key 'list'.",
        "a.yaml: variable Frage.1 counts nothing.",
        "a.yaml: nothing that is named.",
        "b.yaml: study.title: of another file.",
    ]
    assert [text.partition(": ")[0] for text in with_lines(told, "a.yaml", lines_of(path))] == [
        "a.yaml, line 3",
        "a.yaml, line 2",
        "a.yaml, line 3",
        "a.yaml, line 5",
        "a.yaml, line 9",
        "a.yaml",
        "b.yaml",
    ]


def test_a_file_that_cannot_be_meant_has_no_lines(tmp_path):
    """A reader of YAML ends the whole program where brackets stand a hundred thousand deep."""
    path = tmp_path / "a.yaml"
    for content in (b"[" * 100_000, b"a: \xe9\n", b"a: [1\n"):
        path.write_bytes(content)
        assert lines_of(path) == {}
    assert lines_of(tmp_path / "none.yaml") == {}
