"""What the types of the configuration's fields say: their plain types, and the members of their unions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo


@dataclass(frozen=True, slots=True)
class Arm:
    """One of the types that a value may have.

    `kind` is the type without what is written around it, `markers` are the annotations that it carries, `discriminator`
    names the key that picks it from its union; None where there is none.
    """

    kind: Any
    markers: tuple[object, ...] = ()
    discriminator: str | None = None

    @property
    def fields(self) -> Mapping[str, FieldInfo]:
        """The fields of a model by name; empty for another type."""
        is_model = isinstance(self.kind, type) and issubclass(self.kind, BaseModel)
        return self.kind.model_fields if is_model else {}

    @property
    def tag(self) -> str | None:
        """The discriminator's value that picks this arm, or None."""
        if self.discriminator is None:
            return None
        (value,) = get_args(self.fields[self.discriminator].annotation)
        return str(value)

    def items(self) -> Any:
        """Return the type of a list's or tuple's items, or of a table's values; None for another type."""
        origin, arguments = get_origin(self.kind), get_args(self.kind)
        if origin in (tuple, list, set, frozenset):
            return arguments[0]
        return arguments[1] if origin is dict else None


def field_arms(field: FieldInfo) -> Iterator[Arm]:
    """Yield the types that a model's field may have, without None."""
    return arms(field.annotation, (*field.metadata, field))


def arms(kind: Any, markers: tuple[object, ...] = ()) -> Iterator[Arm]:
    """Yield the types that a type allows, without None.

    Args:
        kind: Any annotation.
        markers: What stands around it.
    """
    origin = get_origin(kind)
    if origin is Annotated:
        inner, *more = get_args(kind)
        yield from arms(inner, (*more, *markers))
    elif origin in (Union, UnionType):
        for arm in get_args(kind):
            yield from arms(arm, markers)
    elif kind is not NoneType:
        names = (marker.discriminator for marker in markers if isinstance(marker, FieldInfo))
        yield Arm(kind, markers, next((name for name in names if isinstance(name, str)), None))
