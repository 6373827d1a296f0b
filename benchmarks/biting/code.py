"""Small wrong changes of Python: what somebody's slip looks like."""

from __future__ import annotations

import ast
import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

Edit = Callable[[ast.AST, "Tree"], None]

_TURNED: dict[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.And: ast.Or,
    ast.Or: ast.And,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}
_TURNED_NAMES = {"min": "max", "max": "min", "any": "all", "all": "any"}
_UNWRAPPED = ("sorted", "abs", "reversed")
_UNWRAPPED_METHODS = ("strip", "upper", "lower", "casefold", "lstrip", "rstrip")
_CHECKS_ALONE = ("strict",)
"""Keywords that only say what cannot happen."""
_NOT_SWAPPED = ("isinstance", "getattr", "cast", "min", "max", "np.minimum", "np.maximum")
"""Functions whose arguments cannot be swapped, or whose result does not tell their order."""
_LOGS = ("log", "logger", "logging")
_FLOAT_FACTOR = 1.5


@functools.cache
def whole(path: str | Path) -> Path:
    """Return a file's whole path, by which it is known whoever names it."""
    return Path(path).resolve()


class Tree:
    """A module's syntax with the parent of each node.

    Args:
        source: The module's text.
    """

    def __init__(self, source: str) -> None:
        self.root = ast.parse(source)
        self.nodes = list(ast.walk(self.root))
        self.parents = {child: node for node in self.nodes for child in ast.iter_child_nodes(node)}

    def above(self, node: ast.AST) -> Iterator[tuple[ast.AST, ast.AST]]:
        """Yield the nodes around one, inner ones first, each with the child through which it was reached."""
        while (parent := self.parents.get(node)) is not None:
            yield parent, node
            node = parent

    def replace(self, node: ast.AST, *others: ast.AST) -> None:
        """Put others in a node's place; without any, a statement that does nothing."""
        parent = self.parents[node]
        for other in others:
            ast.copy_location(other, node)
        for name, value in ast.iter_fields(parent):
            if value is node:
                setattr(parent, name, others[0])
            elif isinstance(value, list) and node in value:
                at = value.index(node)
                value[at : at + 1] = list(others) or [ast.copy_location(ast.Pass(), node)]


@dataclass(frozen=True, slots=True)
class CodeChange:
    """One change of a module: of the node with this number, on these lines."""

    path: Path
    kind: str
    number: int
    first_line: int
    last_line: int
    before: str
    edit: Edit

    def changed(self) -> ast.Module:
        """Return the module's syntax with the change made."""
        tree = Tree(self.path.read_text(encoding="utf-8"))
        self.edit(tree.nodes[self.number], tree)
        return ast.fix_missing_locations(tree.root)

    def __str__(self) -> str:
        return f"{self.path}:{self.first_line} [{self.kind}] {self.before}"


def changes_of_code(path: Path) -> list[CodeChange]:
    """Return all small wrong changes of a module's functions.

    Texts, annotations, log lines, defaults and what stands in a class or a module itself are left alone.

    Args:
        path: The module.
    """
    tree = Tree(path.read_text(encoding="utf-8"))
    found = []
    for number, node in enumerate(tree.nodes):
        if not isinstance(node, ast.expr | ast.stmt | ast.excepthandler) or not _counts(node, tree):
            continue
        before = " ".join(ast.unparse(node).split())[:160]
        for kind, edit in _edits(node, tree):
            found.append(CodeChange(path, kind, number, node.lineno, node.end_lineno or node.lineno, before, edit))
    return found


def _counts(node: ast.AST, tree: Tree) -> bool:
    in_function = False
    for around, child in tree.above(node):
        match around:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                if child is around.args or child is around.returns or child in around.decorator_list:
                    return False
                in_function = True
            case ast.AnnAssign() if child is around.annotation:
                return False
            case ast.Raise() | ast.JoinedStr():
                return False
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name))) if name in _LOGS:
                return False
    return in_function


def _edits(node: ast.AST, tree: Tree) -> Iterator[tuple[str, Edit]]:
    match node:
        case ast.Compare():
            yield from ((f"comparison {i + 1}", _turn_comparison(i)) for i in range(len(node.ops)))
        case ast.BoolOp():
            yield "and/or", _turn
            yield from ((f"operand {i + 1} dropped", _drop_operand(i)) for i in range(len(node.values)))
        case ast.BinOp() if type(node.op) in _TURNED:
            yield "arithmetic", _turn
        case ast.UnaryOp(op=ast.Not()):
            yield "not dropped", lambda node, tree: tree.replace(node, node.operand)  # type: ignore[attr-defined]
        case ast.If() | ast.IfExp():
            yield from ((f"condition always {value}", _decide(value)) for value in (True, False))
        case ast.Constant() if isinstance(node.value, int | float):
            if not _is_check(tree.parents[node]):
                yield "constant", _change_constant
        case ast.Call() if not _is_log(node.func):
            yield from _edits_of_call(node)
        case ast.Slice():
            for bound in ("lower", "upper"):
                if getattr(node, bound) is not None:
                    yield f"{bound} bound dropped", _drop_bound(bound)
        case ast.Expr(value=ast.Call(func=function)) if not _is_log(function):
            yield "call dropped", lambda node, tree: tree.replace(node)
        case ast.AugAssign() | ast.Assign(targets=[ast.Attribute() | ast.Subscript()]):
            yield "assignment dropped", lambda node, tree: tree.replace(node)
        case ast.Continue() | ast.Break():
            yield "jump dropped", lambda node, tree: tree.replace(node)
        case ast.With() if not any(item.optional_vars for item in node.items):
            yield "with dropped", lambda node, tree: tree.replace(node, *node.body)  # type: ignore[attr-defined]
        case ast.ExceptHandler() if not isinstance(node.body[0], ast.Raise):
            yield "handler dropped", _raise_again


def _edits_of_call(node: ast.Call) -> Iterator[tuple[str, Edit]]:
    dumped = [ast.dump(argument) for argument in node.args[:2]]
    if len(set(dumped)) > 1 and ast.unparse(node.func) not in _NOT_SWAPPED:
        yield "arguments swapped", _swap_arguments
    for i, keyword in enumerate(node.keywords):
        if keyword.arg is not None and not _is_check(keyword):
            yield f"keyword {keyword.arg} dropped", _drop_keyword(i)
    match node.func:
        case ast.Name(id=name) if name in _TURNED_NAMES:
            yield "function turned", _turn_function
        case ast.Name(id=name) if name in _UNWRAPPED and len(node.args) == 1:
            yield "function dropped", lambda node, tree: tree.replace(node, node.args[0])  # type: ignore[attr-defined]
        case ast.Attribute(attr=name) if name in _UNWRAPPED_METHODS and not node.args:
            yield "method dropped", lambda node, tree: tree.replace(node, node.func.value)  # type: ignore[attr-defined]


def _is_check(node: ast.AST) -> bool:
    return isinstance(node, ast.keyword) and node.arg in _CHECKS_ALONE


def _is_log(function: ast.expr) -> bool:
    match function:
        case ast.Attribute(value=ast.Name(id=name)):
            return name in _LOGS
    return False


def _turn(node: ast.AST, tree: Tree) -> None:
    node.op = _TURNED[type(node.op)]()  # type: ignore[attr-defined]


def _turn_comparison(i: int) -> Edit:
    def edit(node: ast.AST, tree: Tree) -> None:
        node.ops[i] = _TURNED[type(node.ops[i])]()  # type: ignore[attr-defined]

    return edit


def _drop_operand(i: int) -> Edit:
    def edit(node: ast.AST, tree: Tree) -> None:
        del node.values[i]  # type: ignore[attr-defined]
        if len(node.values) == 1:  # type: ignore[attr-defined]
            tree.replace(node, node.values[0])  # type: ignore[attr-defined]

    return edit


def _decide(value: bool) -> Edit:
    def edit(node: ast.AST, tree: Tree) -> None:
        node.test = ast.copy_location(ast.Constant(value), node.test)  # type: ignore[attr-defined]

    return edit


def _change_constant(node: ast.AST, tree: Tree) -> None:
    match node:
        case ast.Constant(value=bool(value)):
            node.value = not value
        case ast.Constant(value=int(value)):
            node.value = value + 1
        case ast.Constant(value=float(value)):
            node.value = value * _FLOAT_FACTOR or 1.0


def _drop_keyword(i: int) -> Edit:
    def edit(node: ast.AST, tree: Tree) -> None:
        del node.keywords[i]  # type: ignore[attr-defined]

    return edit


def _drop_bound(bound: str) -> Edit:
    return lambda node, tree: setattr(node, bound, None)


def _swap_arguments(node: ast.AST, tree: Tree) -> None:
    node.args[0], node.args[1] = node.args[1], node.args[0]  # type: ignore[attr-defined]


def _turn_function(node: ast.AST, tree: Tree) -> None:
    node.func.id = _TURNED_NAMES[node.func.id]  # type: ignore[attr-defined]


def _raise_again(node: ast.AST, tree: Tree) -> None:
    node.body = [ast.copy_location(ast.Raise(), node)]  # type: ignore[attr-defined]
