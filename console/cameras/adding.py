"""Adding a camera from a page, with a look at what it sends."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from console.cameras.forms import CameraForm
from console.visitors import SignedIn, Visitor
from operations.added.adding import add_camera
from operations.cameras.trying import Checked, try_new
from operations.cameras.watching import forbidden_places
from schemas.actions import Action
from schemas.errors import InvalidInput, TransientError
from schemas.permissions import check_permitted

# No camera is called like the form: ids begin with a letter or a digit.
router = APIRouter(prefix="/cameras")


@router.get("/_new")
def ask(visitor: SignedIn) -> HTMLResponse:
    """Show the form."""
    check_permitted(visitor.actor, Action.ADD_CAMERA)
    return _page(visitor, CameraForm())


@router.post("/_new")
def add(visitor: SignedIn, form: Annotated[CameraForm, Form()]) -> Response:
    """Look what a camera sends, and add it where pictures come; what was typed is shown again where it is not added."""
    check_permitted(visitor.actor, Action.ADD_CAMERA)
    site, checked = visitor.site, None
    try:
        new = form.camera()
        checked = try_new(visitor.actor, site.database, site.settings, new)
        if form.do == "check":
            return _page(visitor, form, checked=checked)
        if not checked.works and not form.anyway:
            return _page(visitor, form, checked=checked, status=422)
        add_camera(visitor.actor, site.database, site.settings, new, from_page=True, works=checked.works)
    except InvalidInput as error:
        return _page(visitor, form, checked=checked, problem=str(error), status=422)
    except TransientError as error:
        return _page(visitor, form, checked=checked, problem=str(error), status=503)
    return RedirectResponse(f"/cameras/{new.camera_id}?added=1", 303)


def _page(
    visitor: Visitor,
    form: CameraForm,
    *,
    checked: Checked | None = None,
    problem: str | None = None,
    status: int = 200,
) -> HTMLResponse:
    settings = visitor.site.settings
    return visitor.page(
        "cameras/new.html",
        status=status,
        form=form,
        checked=checked,
        detail=problem,
        hosts=settings.console.camera_hosts,
        not_at=forbidden_places(settings),
    )
