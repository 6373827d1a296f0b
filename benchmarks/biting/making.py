"""A change made in the running process: what was imported with the code as it is works as if it had been changed."""

from __future__ import annotations

import gc
import sys
from pathlib import Path
from types import CodeType, FunctionType, ModuleType

from benchmarks.biting.code import CodeChange, whole
from benchmarks.biting.statements import Loaded, SqlChange


def make(change: CodeChange | SqlChange, loaded: list[Loaded]) -> bool:
    """Make a change in this process; return whether anything became different.

    Args:
        change: What to change.
        loaded: Who has the statements of its file.
    """
    if isinstance(change, CodeChange):
        return _change_functions(change)
    for place in loaded:
        for module in modules_of(place.module):
            getattr(module, place.variable).update(place.statements(change))
    return True


def modules_of(path: Path) -> list[ModuleType]:
    """Return the imported modules of a file."""
    wanted = whole(path)
    return [
        module
        for module in list(sys.modules.values())
        if (file := getattr(module, "__file__", None)) is not None and whole(file) == wanted
    ]


def _change_functions(change: CodeChange) -> bool:
    path = whole(change.path)
    codes = {_place(code): code for code in _codes(compile(change.changed(), path, "exec", dont_inherit=True))}
    is_changed = False
    gc.unfreeze()  # what a test has set apart from collections is not listed
    # Wherever a function is held: in a class, a wrapper, another module.
    for one in gc.get_objects():
        if isinstance(one, FunctionType) and whole(one.__code__.co_filename) == path:
            code = codes.get(_place(one.__code__))
            if code is not None and code.co_freevars == one.__code__.co_freevars and code != one.__code__:
                one.__code__ = code
                is_changed = True
    for one in gc.get_objects():
        if type(one).__name__ == "_lru_cache_wrapper" and whole(_file_of(one)) == path:
            one.cache_clear()
    return is_changed


def _place(code: CodeType) -> tuple[str, int]:
    return code.co_qualname, code.co_firstlineno


def _codes(code: CodeType) -> list[CodeType]:
    inner = [constant for constant in code.co_consts if isinstance(constant, CodeType)]
    return inner + [one for each in inner for one in _codes(each)]


def _file_of(cached: object) -> str:
    module = sys.modules.get(getattr(cached, "__module__", None) or "")
    return getattr(module, "__file__", None) or ""
