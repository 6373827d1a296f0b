"""Reads as an ONVIF Profile M camera would tell them: frames of a metadata stream with a vehicle and its plate."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any
from xml.etree import ElementTree

from schemas.jurisdictions import jurisdiction_name
from sharing.codecs.fields import mapping, value_at


def metadata_stream(reads: Iterable[Mapping[str, Any]]) -> bytes:
    """Return reads as one metadata stream, a frame each; characters that XML cannot hold are left out.

    Args:
        reads: Reads as JSON objects (schemas/json/plate-read.v1.json), also ones that were cut to an agreement.

    Returns:
        XML, UTF-8.

    Source:
        onvif.toml beside this file.
    """
    form = mapping("onvif")
    space = form["namespace"]
    ElementTree.register_namespace("tt", space)
    stream = ElementTree.Element(_name(space, "MetadataStream"))
    analytics = ElementTree.SubElement(stream, _name(space, "VideoAnalytics"))
    for number, read in enumerate(reads):
        frame = ElementTree.SubElement(analytics, _name(space, "Frame"))
        for attribute, way in form["frame"].items():
            frame.set(attribute, _text(value_at(read, way)))
        vehicle, plate = str(2 * number + 1), str(2 * number + 2)
        _object(frame, space, form["vehicle"], read).set("ObjectId", vehicle)
        seen = _object(frame, space, form["plate"], read)
        seen.set("ObjectId", plate)
        seen.set("Parent", vehicle)
    told: bytes = ElementTree.tostring(stream, encoding="utf-8", xml_declaration=True)
    return told


def _object(
    frame: ElementTree.Element, space: str, rules: Iterable[Mapping[str, Any]], read: Mapping[str, Any]
) -> ElementTree.Element:
    made = ElementTree.SubElement(frame, _name(space, "Object"))
    for rule in rules:
        if "needs" in rule and made.find("/".join(_name(space, name) for name in rule["needs"].split("/"))) is None:
            continue
        attributes = {name: value_at(read, way) for name, way in rule.get("attributes", {}).items()}
        text = _value(rule, read)
        if text is None and (not attributes or None in attributes.values()):
            continue
        element = _at(made, space, rule["path"])
        element.text = text
        for name, value in attributes.items():
            element.set(name, _text(value))
        likelihood = value_at(read, rule["likelihood"]) if "likelihood" in rule else None
        if likelihood is not None and value_at(read, rule.get("likelihood_needs", rule["likelihood"])) is not False:
            element.set("Likelihood", _text(likelihood))
    return made


def _value(rule: Mapping[str, Any], read: Mapping[str, Any]) -> str | None:
    """Return the text of an element; None where it has none."""
    if "constant" in rule:
        return str(rule["constant"])
    if "field" not in rule:
        return None
    value = value_at(read, rule["field"])
    if value is None:
        return None
    if "part" in rule:
        country, name = str(value)[:2], jurisdiction_name(str(value))
        return country if rule["part"] == "country" else name
    if "words" in rule:
        found: str | None = rule["words"].get(str(value).strip().lower())
        return found
    return _text(value) or None


def _at(made: ElementTree.Element, space: str, path: str) -> ElementTree.Element:
    """Return the element at a path, made with those above it where they are not there."""
    element = made
    for name in path.split("/"):
        found = element.find(_name(space, name))
        element = ElementTree.SubElement(element, _name(space, name)) if found is None else found
    return element


def _name(space: str, name: str) -> str:
    return f"{{{space}}}{name}"


def _text(value: Any) -> str:
    if isinstance(value, datetime):
        value = value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, float):
        return f"{value:.6f}".rstrip("0").rstrip(".")
    # XML 1.0 has no place for the others, escaped or not.
    return "".join(
        one
        for one in str(value)
        if one in "\t\n\r" or (one >= " " and not "\ud800" <= one <= "\udfff" and one not in "\ufffe\uffff")
    )
