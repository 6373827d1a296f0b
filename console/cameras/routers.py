"""The routers of the cameras' pages; what has a word of its own in its address comes before the cameras' names."""

from __future__ import annotations

from console.cameras import adding, figures, live, one, overview

CAMERAS = (overview.router, adding.router, figures.router, live.router, one.router)
