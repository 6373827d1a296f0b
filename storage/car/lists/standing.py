"""What stands of a car's lists: the edition in force, its lists, and the edition that is being fetched."""

from __future__ import annotations

from datetime import datetime

from pydantic import AwareDatetime, BaseModel, ConfigDict

from schemas.errors import InvalidInput
from schemas.events.car_lists import CarListEvent, CarListsAnswer


class _Kept(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ListHere(_Kept):
    """A list. `number` is that of its blocks: a list that comes whole anew gets another one. `said` is the server's."""

    number: int
    said: CarListEvent

    def is_usable(self, now: datetime) -> bool:
        """Return whether it may be used at a time without word from the server."""
        return self.said.use_until is None or now < self.said.use_until


class Pending(_Kept):
    """An edition on its way: its lists, in their order, and where the next part begins.

    `withdrawn` are the ids, in hexadecimal, of what people took out of force since it was begun.
    """

    edition: int
    base: int
    lists: tuple[ListHere, ...]
    next_part: int = 1
    after: str = ""
    withdrawn: tuple[str, ...] = ()


class Standing(_Kept):
    """What is sealed beside the blocks, and tells them from earlier ones: `blocks` is the digest of all their marks.

    `server_keys` are the server's public keys in hexadecimal, by id, where they were taken at its first word. `said_at`
    is when the server said what counts now, `withdrawn_number` the last withdrawal that it told.
    """

    car_id: str
    agency_id: str = ""
    edition: int = 0
    said_at: AwareDatetime | None = None
    synced_at: AwareDatetime | None = None
    withdrawn_number: int = 0
    lists: dict[str, ListHere] = {}
    pending: Pending | None = None
    next_list: int = 1
    server_keys: dict[str, str] = {}
    blocks: str = ""


def follow(standing: Standing, answer: CarListsAnswer, now: datetime) -> Standing:
    """Return what stands once an answer is taken in; an edition's rows are the caller's.

    Args:
        standing: What stands.
        answer: What the server says.
        now: The present, aware.

    Raises:
        InvalidInput: It does not follow what stands.
    """
    is_anew = answer.kind == "edition" and answer.base == 0
    if answer.withdrawn_after != standing.withdrawn_number and not is_anew:
        raise InvalidInput(
            f"it tells withdrawals after {answer.withdrawn_after}, and {standing.withdrawn_number} is the last known"
        )
    if answer.withdrawn_number < answer.withdrawn_after:
        raise InvalidInput("its withdrawals end before they begin")
    heard = standing.model_copy(
        update={
            "agency_id": answer.agency_id,
            "said_at": answer.made_at,
            "withdrawn_number": answer.withdrawn_number,
            "pending": _with_withdrawn(standing.pending, answer),
        }
    )
    follows = {"current": _current, "edition": _edition, "part": _part}[answer.kind]
    return follows(heard, answer, now)


def _with_withdrawn(pending: Pending | None, answer: CarListsAnswer) -> Pending | None:
    if pending is None or not answer.withdrawn:
        return pending
    return pending.model_copy(
        update={"withdrawn": (*pending.withdrawn, *(entry_id.hex for entry_id in answer.withdrawn))}
    )


def _current(standing: Standing, answer: CarListsAnswer, now: datetime) -> Standing:
    if answer.edition != standing.edition or answer.base != standing.edition:
        raise InvalidInput(f"it says that edition {answer.base} is current, and edition {standing.edition} is here")
    said = {one.hotlist_id: one for one in answer.lists}
    if said.keys() != standing.lists.keys():
        raise InvalidInput("it names other lists than are here")
    lists = {name: here.model_copy(update={"said": said[name]}) for name, here in standing.lists.items()}
    return standing.model_copy(update={"lists": lists, "synced_at": now})


def _edition(standing: Standing, answer: CarListsAnswer, _: datetime) -> Standing:
    if answer.edition <= standing.edition or answer.base not in (0, standing.edition):
        raise InvalidInput(
            f"it makes edition {answer.edition} of edition {answer.base}, and edition {standing.edition} is here"
        )
    names = [one.hotlist_id for one in answer.lists]
    if names != sorted(set(names)):
        raise InvalidInput("it names lists twice, or in no order")
    pending, number = standing.pending, standing.next_list
    if pending is not None and (pending.edition, pending.base) == (answer.edition, answer.base):
        begun = [(here.said.hotlist_id, here.said.version, here.said.action) for here in pending.lists]
        if begun == [(one.hotlist_id, one.version, one.action) for one in answer.lists]:
            lists = [
                here.model_copy(update={"said": one}) for here, one in zip(pending.lists, answer.lists, strict=True)
            ]
            return standing.model_copy(update={"pending": pending.model_copy(update={"lists": tuple(lists)})})
    lists = []
    for one in answer.lists:
        before = standing.lists.get(one.hotlist_id)
        if one.action == "whole":
            lists.append(ListHere(number=number, said=one))
            number += 1
        elif before is None or answer.base == 0:
            raise InvalidInput(f"it changes list {one.hotlist_id}, which is not here")
        else:
            lists.append(ListHere(number=before.number, said=one))
    # Where no list comes whole the number grows all the same: it tells that another edition was begun.
    begun_anew = Pending(edition=answer.edition, base=answer.base, lists=tuple(lists))
    return standing.model_copy(update={"pending": begun_anew, "next_list": number + 1})


def _part(standing: Standing, answer: CarListsAnswer, _: datetime) -> Standing:
    pending = standing.pending
    if pending is None or (pending.edition, pending.base) != (answer.edition, answer.base):
        raise InvalidInput(f"it is a part of edition {answer.edition}, which is not being fetched")
    if answer.part != pending.next_part:
        raise InvalidInput(f"it is part {answer.part}, and part {pending.next_part} is next")
    update = {"next_part": answer.part + 1, "after": answer.after}
    return standing.model_copy(update={"pending": pending.model_copy(update=update)})
