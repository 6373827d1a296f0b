"""What the sections of the configuration are made of: their base, names and paths."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

Identifier = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$")]
"""Names that become parts of topics, folders and keys: lower case letters, digits, dash, underscore."""


@dataclass(frozen=True, slots=True)
class Anchored:
    """Marks a type whose relative values mean the configuration file's folder, where they stand in a file.

    So a run does not depend on the directory it was started in. With `suffix`, only values that end with it are paths.
    """

    suffix: str = ""

    def anchor(self, value: str, folder: Path) -> str:
        """Return a value of the file as the path that it means.

        Args:
            value: What the file says.
            folder: The file's folder, absolute.
        """
        return str(folder / Path(value).expanduser()) if value.endswith(self.suffix) else value


def _absolute(path: Path) -> Path:
    return path.expanduser().absolute()


FilePath = Annotated[Path, Anchored()]
"""A path. From the environment or the command line it is taken as it stands."""

AbsolutePath = Annotated[FilePath, AfterValidator(_absolute)]
"""A path that is absolute wherever it came from, relative ones from the directory that the program runs in."""

NameOrTomlPath = Annotated[str, Anchored(suffix=".toml")]
"""The name of something that ships with Platewatch, or the path of a TOML file."""


class Section(BaseModel):
    """Base of the configuration's sections: frozen, unknown keys refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    meaningless: ClassVar[frozenset[str]] = frozenset()
    """Keys that mean something in other members of the section's union only. Files may have them here since before
    there was a union, so they are passed over; a new member has none."""

    @model_validator(mode="before")
    @classmethod
    def _pass_over(cls, values: Any) -> Any:
        if cls.meaningless and isinstance(values, dict):
            return {key: value for key, value in values.items() if key not in cls.meaningless}
        return values
