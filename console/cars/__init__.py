"""Pages of patrol cars as the server knows them; the page in the car itself is console/car/."""

from __future__ import annotations

from console.cars import one, overview

CARS = (overview.router, one.router)
"""Their routers."""
