"""What is wrong with why somebody asks for stored reads, before anything is looked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from policy.decisions import Policy
from policy.offenses import WITHOUT_OFFENSE, OffenseType, offense_of, offenses_in
from policy.purposes import outright, purposes_in
from policy.reasons import fault_of_case_number, fault_of_reason, words_of
from schemas.types import Purpose

_PURPOSE = "say in words what the search is for, like 'stolen vehicle, seen at Main Street' (--purpose)"
CASE_ADVICE = "give the number of the case or the call that it belongs to, like 26-00117 (--case)"
_PERMITTED = (
    "say in words which of these it is, or begin with its name, like 'criminal_investigation: series of thefts from"
    " cars' (--purpose; platewatch law show)"
)
_OFFENSE = (
    "give the type of the offense by the FBI's code or name, like 240 or 'motor vehicle theft' (--offense;"
    " platewatch law offenses), or name it in the purpose"
)
_FACTS = "say what happened, where and when, like 'stolen vehicle, seen leaving Main Street at 21:40' (--purpose)"
_WARRANT = "give the number of the warrant (--warrant)"
FEWEST_WORDS_OF_FACTS = 4
"""Words that a purpose has at least where a law asks for the facts of the case."""


@dataclass(frozen=True, slots=True)
class Question:
    """Why somebody asks: the purpose in words, the case or call number, a warrant's, the type of the offense by code or
    name, and how far back is asked."""

    purpose: str | None
    case_number: str | None
    back_to: datetime | None = None
    warrant: str | None = None
    offense: str | None = None

    @property
    def offenses(self) -> tuple[OffenseType, ...]:
        """The types of offenses that it is about: the one that is given, else those that the purpose's words name."""
        if self.offense is not None:
            given = offense_of(self.offense)
            return () if given is None else (given,)
        return offenses_in(self.purpose or "")


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong: which part, how, and what to do about it."""

    what: str
    how: str
    advice: str


def fault_of_question(policy: Policy, question: Question, now: datetime, *, both: bool = False) -> Fault | None:
    """Return why the law does not let a question be asked, or None where it does.

    Args:
        policy: The law that holds, and what the agency decided.
        question: Why it is asked.
        now: The present, aware.
        both: Whether purpose and case number are needed, whatever the law says.
    """
    rule = policy.search
    # Where the law has a list of purposes, one of them has to be named.
    needs_purpose = both or rule.purpose or policy.purposes.permitted != "any"
    given = (
        ("the purpose", _PURPOSE, needs_purpose, question.purpose, fault_of_reason),
        ("the case or call number", CASE_ADVICE, both or rule.case_number, question.case_number, fault_of_case_number),
        ("the warrant's number", _WARRANT, False, question.warrant, fault_of_case_number),
    )
    for what, advice, required, text, fault_of in given:
        how = None if text is None else fault_of(text)
        if text is None and required:
            how = "is missing"
        if how is not None:
            return Fault(what, how, advice)
    return (
        _fault_of_repeating(question)
        or _fault_of_purpose(policy, question.purpose)
        or _fault_of_offense(policy, question)
        or _fault_of_age(policy, question, now)
    )


def _fault_of_repeating(question: Question) -> Fault | None:
    """Return what is wrong with a purpose that says nothing besides its name, the case's number, or the offense."""
    named, explained = outright(question.purpose or "")
    if not named:
        return None
    # Behind a purpose's name stands what it is about: the name once more, or a number, is no answer.
    names = {word for purpose in named for word in words_of(purpose.value.replace("_", " "))}
    offense = offense_of(explained)
    if offense is not None or all(word in names for word in words_of(explained)):
        return Fault("the reason behind the purpose's name", "repeats it, or says nothing", _PURPOSE)
    how = fault_of_reason(explained)
    return None if how is None else Fault("the reason behind the purpose's name", how, _PURPOSE)


def _fault_of_offense(policy: Policy, question: Question) -> Fault | None:
    """Return why the type of the offense is none, or missing where the law asks for it."""
    if question.offense is not None and not question.offenses:
        return Fault("the type of offense", "is none of the FBI's codes and names", _OFFENSE)
    if not policy.search.offense or question.offenses:
        return None
    named = purposes_in(question.purpose or "")
    if Purpose.WANTED_PERSON in named:
        # A felony warrant says of which crime.
        named -= {Purpose.CRIMINAL_INVESTIGATION}
    if named and named <= WITHOUT_OFFENSE:
        return None
    return Fault("the type of offense", f"is missing: {policy.search.source}", _OFFENSE)


def _fault_of_purpose(policy: Policy, purpose: str | None) -> Fault | None:
    """Return why the law does not permit a purpose."""
    if purpose is None:
        return None
    verdict = policy.judge_purpose(purpose)
    if not verdict.allowed:
        return Fault("the purpose", verdict.reason, _PERMITTED)
    if policy.search.specific_facts and len(words_of(purpose)) < FEWEST_WORDS_OF_FACTS:
        how = f"does not say the specific facts that {policy.search.source} asks for"
        return Fault("the purpose", how, _FACTS)
    return None


def _fault_of_age(policy: Policy, question: Question, now: datetime) -> Fault | None:
    """Return why the law does not let somebody look that far back without a warrant."""
    rule = policy.search
    if rule.warrant_after_days is None or question.warrant is not None:
        return None
    oldest = now - timedelta(days=rule.warrant_after_days)
    if question.back_to is not None and question.back_to >= oldest:
        return None
    since = (oldest + timedelta(days=1)).date().isoformat()
    advice = f"ask for what was captured since {since} or later (--since, --days), or give the warrant's number"
    how = f"goes back more than {rule.warrant_after_days} days, which needs a warrant: {rule.source}"
    return Fault("the time", how, f"{advice} (--warrant)")
