"""All patrol cars, and adding one."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, ConfigDict, Field

from console.cars.one import cameras_in, car_page
from console.visitors import SignedIn, Visitor
from operations.cars.cars import add_car
from operations.cars.looking import view_cars
from schemas.actions import Action
from schemas.errors import InvalidInput
from schemas.permissions import check_permitted, may

router = APIRouter()
_Text = Annotated[str, Field(max_length=2000)]


class NewCarForm(BaseModel):
    """A car that is to be added, as it was typed."""

    model_config = ConfigDict(frozen=True)

    car_id: _Text = ""
    name: _Text = ""
    cameras: _Text = ""


@router.get("/cars")
def show(visitor: SignedIn) -> HTMLResponse:
    """Show every car with how it is."""
    return _page(visitor, NewCarForm())


@router.post("/cars")
def add(visitor: SignedIn, form: Annotated[NewCarForm, Form()]) -> HTMLResponse:
    """Add a car, and show its token, this once."""
    site, car_id = visitor.site, form.car_id.strip()
    check_permitted(visitor.actor, Action.ADD_CAR)
    try:
        made = add_car(visitor.actor, site.database, site.settings, car_id, cameras_in(form.cameras), form.name)
    except InvalidInput as error:
        return _page(visitor, form, problem=str(error))
    return car_page(visitor, car_id, token=made.token, done=f"Car {car_id} is added.")


def _page(visitor: Visitor, form: NewCarForm, *, problem: str = "") -> HTMLResponse:
    return visitor.page(
        "cars/cars.html",
        status=422 if problem else 200,
        cars=view_cars(visitor.actor, visitor.site.database),
        may_add=may(visitor.actor, Action.ADD_CAR),
        form=form,
        detail=problem,
    )
