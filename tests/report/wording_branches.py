"""Which branches of the templates a test has rendered."""

from __future__ import annotations

from typing import Any

from jinja2 import Environment, nodes


class Counting(Environment):
    """An environment that notes each branch of an `if` that it renders, by template and line."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.there: set[str] = set()
        self.rendered: set[str] = set()
        self.globals["_rendered"] = self._note

    def _note(self, branch: str) -> str:
        self.rendered.add(branch)
        return ""

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        for number, found in enumerate(list(tree.find_all(nodes.If)), 1):
            self._mark(found.body, f"{name}: line {found.lineno}, if {number}")
            if found.else_:
                self._mark(found.else_, f"{name}: line {found.lineno}, else of {number}")
        return tree

    def _mark(self, body: list[nodes.Node], branch: str) -> None:
        self.there.add(branch)
        call = nodes.Call(nodes.Name("_rendered", "load"), [nodes.Const(branch)], [], None, None)
        body.insert(0, nodes.Output([call]))

    @property
    def missed(self) -> list[str]:
        """Branches that stand in a template that was read and were not rendered."""
        return sorted(self.there - self.rendered)
