"""The files that pages load."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException, Response

from console.asset_files import assets

router = APIRouter()
_FOR_GOOD = {"Cache-Control": "public, max-age=31536000, immutable"}


@router.get("/assets/{digest}/{name:path}")
async def asset(digest: str, name: str) -> Response:
    """Return a file by its name in the list; nothing else of the disk can be named."""
    found = assets().get(name)
    if found is None or not found.digest.startswith(digest) or len(digest) < 8:
        raise HTTPException(404)
    return Response(found.content, media_type=found.media_type, headers=_FOR_GOOD)


@router.get("/favicon.ico")
async def icon() -> Response:
    """Return the icon that browsers ask for by themselves."""
    found = assets()["own/icon.svg"]
    return Response(found.content, media_type=found.media_type, headers=_FOR_GOOD)
