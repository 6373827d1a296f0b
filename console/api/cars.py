"""Patrol cars: how they are, adding one, its cameras, its token, and revoking it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response
from pydantic import ConfigDict, Field

from console.api.answers import ABSENT, BODY, STANDS, errors, takes_json
from console.api.tags import Knows, tag
from console.api.wire import Asked, Told, Word
from console.visitors import ApiCaller
from operations.cars.cars import MOST_CAMERAS, add_car, change_cameras, renew_token, revoke_car
from operations.cars.looking import CarStatus, view_car, view_cars

router = APIRouter(tags=["cars"])
CarId = Annotated[str, Path(max_length=200)]
Cameras = Annotated[list[Word], Field(min_length=1, max_length=MOST_CAMERAS)]


class CarsTold(Told):
    """The cars by id."""

    items: list[CarStatus]


class CarAsked(Asked):
    """A car to be added, with its cameras, which are its own alone."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"car_id": "unit-12", "camera_ids": ["unit-12-front"], "name": "Unit 12"}]}
    )

    car_id: Word
    camera_ids: Cameras
    name: Word = ""


class CarChange(Asked):
    """All cameras that a car has."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"camera_ids": ["unit-12-front", "unit-12-rear"]}]})

    camera_ids: Cameras


class CarRevoking(Asked):
    """Why a car may send nothing more."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "the car was stolen"}]})

    reason: Word


class CarTokenTold(Told):
    """A car's token, told this once."""

    car_id: str
    token: str


@router.get("/cars")
def cars(caller: ApiCaller) -> CarsTold:
    """Return how each car is, as it said last."""
    return CarsTold(items=view_cars(caller.actor, caller.site.database))


@router.get("/cars/{car_id}", responses=ABSENT)
def car(response: Response, caller: ApiCaller, car_id: CarId) -> CarStatus:
    """Return how a car is, as it said last."""
    found = view_car(caller.actor, caller.site.database, car_id)
    tag(response, found.version)
    return found


@router.post("/cars", status_code=201, responses={**errors(409), **BODY}, dependencies=[Depends(takes_json)])
def add_one_car(caller: ApiCaller, asked: CarAsked) -> CarTokenTold:
    """Add a car. Its id and its cameras are given once (409)."""
    site = caller.site
    made = add_car(caller.actor, site.database, site.settings, asked.car_id, asked.camera_ids, asked.name)
    return CarTokenTold(car_id=made.car_id, token=made.token)


@router.patch("/cars/{car_id}", responses={**STANDS, **BODY}, dependencies=[Depends(takes_json)])
def change_one_car(response: Response, caller: ApiCaller, car_id: CarId, asked: CarChange, knows: Knows) -> CarStatus:
    """Say anew which cameras a car has."""
    site = caller.site
    change_cameras(caller.actor, site.database, site.settings, car_id, asked.camera_ids, knows=knows)
    return car(response, caller, car_id)


@router.post("/cars/{car_id}/token", responses=STANDS)
def renew_cars_token(caller: ApiCaller, car_id: CarId, knows: Knows) -> CarTokenTold:
    """Give a car another token: the one before ends at once, and a car that was revoked may send again."""
    made = renew_token(caller.actor, caller.site.database, car_id, knows=knows)
    return CarTokenTold(car_id=made.car_id, token=made.token)


@router.post("/cars/{car_id}/revocation", responses={**STANDS, **BODY}, dependencies=[Depends(takes_json)])
def revoke_one_car(response: Response, caller: ApiCaller, car_id: CarId, asked: CarRevoking, knows: Knows) -> CarStatus:
    """Let a car send nothing more; it deletes its lists when it asks next, and its reads stay."""
    revoke_car(caller.actor, caller.site.database, car_id, asked.reason, knows=knows)
    return car(response, caller, car_id)
