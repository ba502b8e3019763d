"""What a template may say: names of declared fields and loops over declared lists. Nothing else is ever compiled.

The one module below the pages that knows jinja2 (see docs/decisions). Every source that docxtpl compiles, whatever part
of the file it stands in, goes through `FieldEnvironment`, which walks its syntax tree before it becomes code.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence

from jinja2 import StrictUndefined, TemplateError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from portal.core.text import fold
from portal.exports._word_fields import Field, RowsField, TextField

WORDS: Mapping[type[nodes.Node], str] = {
    nodes.Filter: "bộ lọc (dấu |)",
    nodes.Call: "lời gọi hàm",
    nodes.Getitem: "dấu ngoặc vuông",
    nodes.Macro: "macro",
    nodes.CallBlock: "macro",
    nodes.FilterBlock: "bộ lọc",
    nodes.Include: "lệnh include",
    nodes.Import: "lệnh import",
    nodes.FromImport: "lệnh import",
    nodes.Extends: "lệnh extends",
    nodes.Block: "lệnh block",
    nodes.Assign: "lệnh set",
    nodes.AssignBlock: "lệnh set",
    nodes.With: "lệnh with",
    nodes.If: "lệnh if",
    nodes.CondExpr: "biểu thức if",
    nodes.Test: "phép thử is",
    nodes.Compare: "phép so sánh",
    nodes.Const: "giá trị viết thẳng",
}
OTHER = "biểu thức khác"
Scope = Mapping[str, Sequence[Field]]


class TemplateRefused(ValueError):
    """The template says more than it may; `problems` are sentences for the user."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__(" ".join(problems))
        self.problems = tuple(problems)


class FieldEnvironment(ImmutableSandboxedEnvironment):
    """Compiles only what `check_tree` passes. `used` gathers the fields that were met."""

    def __init__(self, fields: Sequence[Field]) -> None:
        super().__init__(autoescape=True, undefined=StrictUndefined)
        self.filters, self.tests, self.globals = {}, {}, {}
        self.fields = fields
        self.used: set[str] = set()

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        try:
            tree = super()._parse(source, name, filename)
        except TemplateError as error:
            raise TemplateRefused(["Có dấu {{ }} hoặc {% %} viết chưa trọn, hoặc vòng lặp thiếu endfor."]) from error
        problems = _Walk(self.fields, self.used).problems_of(tree)
        if problems:
            raise TemplateRefused(problems)
        return tree


class _Walk:
    """One walk over a syntax tree."""

    def __init__(self, fields: Sequence[Field], used: set[str]) -> None:
        self._top, self._used = {field.name: field for field in fields}, used
        self._problems: list[str] = []

    def problems_of(self, tree: nodes.Template) -> list[str]:
        """What stands in the tree that may not, each once."""
        self._body(tree.body, {})
        return list(dict.fromkeys(self._problems))

    def _body(self, body: Sequence[nodes.Node], scope: Scope) -> None:
        for node in body:
            if isinstance(node, nodes.Output):
                for part in node.nodes:
                    if not isinstance(part, nodes.TemplateData):
                        self._text(part, scope)
            elif isinstance(node, nodes.For):
                self._loop(node, scope)
            else:
                self._refuse(node)

    def _text(self, node: nodes.Node, scope: Scope) -> None:
        field = self._field(node, scope)
        if isinstance(field, RowsField):
            self._problems.append(f"“{field.name}” là danh sách: viết {{%tr for {field.item} in {field.name} %}}.")

    def _loop(self, node: nodes.For, scope: Scope) -> None:
        """A loop over a declared list; lists of the top are never nested: no loop multiplies another."""
        if node.else_ or node.test is not None or node.recursive or not isinstance(node.target, nodes.Name):
            self._problems.append("Vòng lặp chỉ được viết: for … in … (không có else, if, recursive).")
            return
        name = node.target.name
        if scope and isinstance(node.iter, nodes.Name):
            self._problems.append(f"Danh sách “{node.iter.name}” không được lặp bên trong một vòng lặp khác.")
            return
        field = self._field(node.iter, scope)
        if isinstance(field, TextField):
            self._problems.append(f"“{field.name}” không phải là danh sách nên không lặp được.")
        elif name in self._top or name in scope or name.startswith("_") or name == "loop":
            self._problems.append(f"Tên “{name}” trong vòng lặp trùng với tên khác. Xin đặt tên khác.")
        elif field is not None:
            self._body(node.body, {**scope, name: field.fields})

    def _field(self, node: nodes.Node, scope: Scope) -> Field | None:
        """The declared field that an expression names; what is wrong with it is noted."""
        if isinstance(node, nodes.Name):
            if node.name in scope:
                self._problems.append(f"“{node.name}” là một dòng của danh sách: viết {node.name}.tên_trường.")
                return None
            return self._named(node.name, node.name, list(self._top.values()))
        if isinstance(node, nodes.Getattr) and isinstance(node.node, nodes.Name) and node.node.name in scope:
            return self._named(node.attr, f"{node.node.name}.{node.attr}", scope[node.node.name])
        self._refuse(node)
        return None

    def _named(self, name: str, written: str, fields: Sequence[Field]) -> Field | None:
        found = next((field for field in fields if field.name == name), None)
        if found is None:
            near = nearest(name, [field.name for field in fields])
            advice = f" Có phải là “{written.removesuffix(name)}{near}”?" if near else ""
            self._problems.append(f"Không có trường “{written}”.{advice}")
        else:
            self._used.add(found.name)
        return found

    def _refuse(self, node: nodes.Node) -> None:
        if isinstance(node, nodes.Getattr):
            self._problems.append(f"Không được lấy thuộc tính “.{node.attr}”: chỉ dùng các trường có trong bảng.")
            return
        words = WORDS.get(type(node), OTHER)
        self._problems.append(f"Mẫu có {words}: chỉ được dùng các trường và danh sách có trong bảng.")


def nearest(name: str, names: Sequence[str]) -> str:
    """The name that is most alike, empty when none is."""
    plain = fold(name).replace(" ", "_")
    return next(iter(difflib.get_close_matches(plain, names, 1, 0.6)), "")


def is_template_error(error: Exception) -> bool:
    """Whether an error is one of the template language's own."""
    return isinstance(error, TemplateError)
