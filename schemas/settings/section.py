"""What the sections of the configuration are made of."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Identifier = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$")]
"""Names that become parts of topics, folders and keys: lower case letters, digits, dash, underscore."""


class Section(BaseModel):
    """Base of the configuration's sections: frozen, unknown keys refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")
