"""What a question to stored reads, or a delivery of them, is for."""

from __future__ import annotations

from enum import StrEnum


class Purpose(StrEnum):
    """Purposes that laws and agreements permit or forbid, in words that no state's law owns.

    Which words of a person mean which of them stands in policy/purposes.toml.
    """

    CRIMINAL_INVESTIGATION = "criminal_investigation"
    """An alleged crime; also where a law says felony, misdemeanor or major crime."""
    ORDINANCE_VIOLATION = "ordinance_violation"
    """An alleged violation of a county's, city's or town's ordinance."""
    STOLEN_VEHICLE = "stolen_vehicle"
    STOLEN_PLATE = "stolen_plate"
    WANTED_PERSON = "wanted_person"
    """Somebody with an outstanding warrant."""
    MISSING_PERSON = "missing_person"
    ENDANGERED_PERSON = "endangered_person"
    HUMAN_TRAFFICKING = "human_trafficking"
    CRASH_INVESTIGATION = "crash_investigation"
    TRAFFIC_ENFORCEMENT = "traffic_enforcement"
    """Traffic and parking rules."""
    REGISTRATION_OR_INSURANCE = "registration_or_insurance"
    VEHICLE_EQUIPMENT = "vehicle_equipment"
    COMMERCIAL_VEHICLES = "commercial_vehicles"
    """Rules for trucks and carriers."""
    CIVIL_ORDER = "civil_order"
    """An order of a court that is no warrant, like one of protection."""
    IMMIGRATION_ENFORCEMENT = "immigration_enforcement"
    REPRODUCTIVE_CARE = "reproductive_care"
    GENDER_AFFIRMING_CARE = "gender_affirming_care"
    PROTECTED_ACTIVITY = "protected_activity"
    """What people say, believe, or meet for."""


SENSITIVE = frozenset(
    {
        Purpose.IMMIGRATION_ENFORCEMENT,
        Purpose.REPRODUCTIVE_CARE,
        Purpose.GENDER_AFFIRMING_CARE,
    }
)
"""Purposes that another purpose, named beside them, does not carry along: a closed list has to name them itself."""
