"""What a standard passenger plate of each state and the District of Columbia looks like, and how its serials run.

Serial patterns: `A` a letter, `9` a digit, `0` a digit other than zero; space, `-` and `·` separators as embossed;
`*` the state's emblem between the groups. The designs are simplified originals in the spirit of the real color schemes.

Source: Wikipedia, "United States license plate designs and serial formats" (revisions of 2014-04-20 and 2025), and
atroq.com, "U.S. License Plate Serial Formats & Designs" (2025), for the rows marked `sourced`; every other row is from
general knowledge and is unconfirmed. The letters I, O and Q are left out, as most states do (same sources).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

SERIAL_LETTERS: Final = "ABCDEFGHJKLMNPRSTUVWXYZ"


@dataclass(frozen=True, slots=True)
class PlateDesign:
    """One state's plate.

    Attributes:
        name: the upper line, nearly always the state's name, in capitals or not as printed.
        slogan: the lower line, or "".
        serials: serial patterns in use (see the module's docstring).
        ink: color of the serial, RRGGBB like all colors here.
        ground: colors of the plate at top and bottom.
        name_ink: color of the name (`ink` if empty).
        slogan_ink: color of the slogan (`name_ink` if empty).
        top: color of a band behind the name, or "".
        bottom: color of a band behind the slogan, or "".
        scene: faint picture: "", "hills", "mountains", "rays", "skyline", "waves" or "trees".
        scene_ink: its color.
        emblem: shape drawn for `*`: "dot", "star", "diamond", "tree", "keystone", "sun", "round" or "bar".
        script: whether the name is printed in slanted mixed case.
        name_below: whether the state's name is the lower line, and `slogan` therefore holds it (North Carolina).
        sourced: whether the first serial pattern is in the sources named above.
    """

    name: str
    slogan: str
    serials: tuple[str, ...]
    ink: str
    ground: tuple[str, str] = ("F4F4F1", "F4F4F1")
    name_ink: str = ""
    slogan_ink: str = ""
    top: str = ""
    bottom: str = ""
    scene: str = ""
    scene_ink: str = "C8D4E0"
    emblem: str = "dot"
    script: bool = False
    name_below: bool = False
    sourced: bool = False


_WHITE: Final = ("F4F4F1", "F4F4F1")

DESIGNS: Final[dict[str, PlateDesign]] = {
    "US-AL": PlateDesign("Alabama", "Heart of Dixie", ("0A99999", "99A9999"), "1B2C5A", ("DCE9F5", "F6F6F0"), "B01E2E",
                         scene="waves", script=True, sourced=True),
    "US-AK": PlateDesign("ALASKA", "THE LAST FRONTIER", ("AAA 999",), "1B3A7A", ("F2C230", "EDB51E"), sourced=True),
    "US-AZ": PlateDesign("ARIZONA", "GRAND CANYON STATE", ("AAA 0A9", "AAA9999"), "1F5A4C", ("F3E3C4", "D9CDE4"),
                         "4A2F72", scene="mountains", scene_ink="C9A6C8", emblem="tree", sourced=True),
    "US-AR": PlateDesign("Arkansas", "The Natural State", ("AAA 99A",), "1D2A44", ("F6F6F4", "D8E6D4"), "B4232B",
                         scene="rays", emblem="diamond", script=True, sourced=True),
    "US-CA": PlateDesign("California", "dmv.ca.gov", ("0AAA999",), "1E3A6E", _WHITE, "C22031", "1E3A6E", script=True,
                         sourced=True),
    "US-CO": PlateDesign("COLORADO", "", ("AAA-A99", "999-AAA"), "F2F4F1", ("F2F4F1", "2E6B4A"), "2E6B4A",
                         bottom="2E6B4A", scene="mountains", scene_ink="2E6B4A"),
    "US-CT": PlateDesign("Connecticut", "Constitution State", ("AA·99999",), "1C2C5E", ("A9C9E8", "F2F5F8")),
    "US-DE": PlateDesign("DELAWARE", "THE FIRST STATE", ("999999",), "E9C34A", ("1E3566", "1E3566"), sourced=True),
    "US-DC": PlateDesign("WASHINGTON, DC", "END TAXATION WITHOUT REPRESENTATION", ("AA*9999",), "1D3F8F", _WHITE,
                         "1D3F8F", "C0202C", emblem="bar"),
    "US-FL": PlateDesign("FLORIDA", "SUNSHINE STATE", ("AAA*A99", "99A*AAA"), "1D6B45", ("F8F7F0", "F1F4E6"), "1D6B45",
                         emblem="round", sourced=True),
    "US-GA": PlateDesign("GEORGIA", "IN GOD WE TRUST", ("AAA9999",), "1F2C49", ("F7F3E8", "F0DCC0"), "2B3B66",
                         scene="hills", scene_ink="E6C8A4", emblem="round", sourced=True),
    "US-HI": PlateDesign("HAWAII", "ALOHA STATE", ("AAA 999",), "222222", ("F4F4F6", "F4F4F6"), "8A1F3C", scene="rays",
                         scene_ink="F0C9D0"),
    "US-ID": PlateDesign("IDAHO", "FAMOUS POTATOES", ("0A 99999", "A 999999"), "1F2F5B", ("D84A4A", "F4F0F0"),
                         "FFFFFF", "1F2F5B", scene="trees", scene_ink="A9BFD6"),
    "US-IL": PlateDesign("Illinois", "Land of Lincoln", ("AA 99999",), "B3242E", ("DCEAF6", "F5F7F8"), "1F3F80",
                         scene="skyline", scene_ink="C4D8EA", script=True),
    "US-IN": PlateDesign("INDIANA", "IN GOD WE TRUST", ("999AAA", "999A"), "1D2B55", ("E8EEF6", "F6F4EC"), scene="rays",
                         scene_ink="D2DCEC", emblem="star"),
    "US-IA": PlateDesign("IOWA", "STORY", ("AAA 999",), "1F2C50", ("BFD9EF", "F1F4F2"), scene="skyline",
                         scene_ink="A8C4DA"),
    "US-KS": PlateDesign("KANSAS", "TO THE STARS", ("9999AAA",), "1C2D5A", ("E7EEF5", "F3EBD4"), emblem="star",
                         scene="rays", scene_ink="D8DDD8", sourced=True),
    "US-KY": PlateDesign("Kentucky", "UNBRIDLED SPIRIT", ("A9A999",), "1B3263", ("CFE0F1", "F4F6F8"), scene="hills",
                         scene_ink="C0D4E4", script=True),
    "US-LA": PlateDesign("Louisiana", "Sportsman's Paradise", ("999*AAA",), "20304E", ("F6F6F2", "E6CFC0"), "B02A2A",
                         "B02A2A", emblem="round", script=True),
    "US-ME": PlateDesign("MAINE", "Vacationland", ("9999 AA", "999 AAA"), "23452F", ("F1F1E6", "DCE6D2"), scene="trees",
                         scene_ink="BCCDB0", emblem="tree"),
    "US-MD": PlateDesign("MARYLAND", "", ("0AA9999",), "1A1A1A", _WHITE, "1A1A1A", bottom="C8A020", scene="waves",
                         scene_ink="E8D0CC", sourced=True),
    "US-MA": PlateDesign("Massachusetts", "The Spirit of America", ("0AAA 99", "999 AA0", "0AA A99"), "B5243A", _WHITE,
                         "2B4C8C", "2B4C8C"),
    "US-MI": PlateDesign("MICHIGAN", "PURE MICHIGAN", ("AAA 9999", "0AAA99"), "1E3B78", _WHITE, "FFFFFF", "1E3B78",
                         top="2C5FA8", sourced=True),
    "US-MN": PlateDesign("Minnesota", "10,000 lakes", ("AAA-999", "999-AAA"), "1C3F73", ("A6D0EA", "F0F4EE"), "1C3F73",
                         scene="trees", scene_ink="9CC4B0"),
    "US-MS": PlateDesign("MISSISSIPPI", "IN GOD WE TRUST", ("AAA 9999",), "2A2F45", ("E9F0F4", "E4DDB6"), "1F3A63",
                         scene="rays", scene_ink="D9DDD2", emblem="round"),
    "US-MO": PlateDesign("MISSOURI", "SHOW-ME STATE", ("AA9*A9A",), "1E2F5A", _WHITE, "1E2F5A", scene="waves",
                         scene_ink="CFE0EC", emblem="round"),
    "US-MT": PlateDesign("MONTANA", "TREASURE STATE", ("0-99999A",), "F2F4F6", ("25559B", "25559B")),
    "US-NE": PlateDesign("NEBRASKA", "", ("AAA 999",), "1F2E53", ("D5E4EE", "F4EFDC"), "1F2E53", scene="hills",
                         scene_ink="DDD6B8"),
    "US-NV": PlateDesign("NEVADA", "HOME MEANS NEVADA", ("99A·999", "999·A99"), "1D2F63", ("8FB8DE", "F3E6C4"),
                         "1D2F63", scene="mountains", scene_ink="B9B4CC"),
    "US-NH": PlateDesign("NEW HAMPSHIRE", "LIVE FREE OR DIE", ("999 9999",), "24533D", ("DDE6DE", "C6D8CE"),
                         scene="mountains", scene_ink="B4CABC"),
    "US-NJ": PlateDesign("New Jersey", "Garden State", ("A99*AAA",), "1F1F1F", ("EFC95A", "F7EFC8"), "1F1F1F",
                         emblem="round"),
    "US-NM": PlateDesign("NEW MEXICO", "LAND OF ENCHANTMENT", ("AAA*A99", "AAA*999"), "F4D33C", ("1C8A94", "1C8A94"),
                         emblem="sun"),
    "US-NY": PlateDesign("NEW YORK", "EXCELSIOR", ("AAA-9999",), "1C2D63", _WHITE, "F2F2EE", "E8B53A", top="1C2D63",
                         bottom="1C2D63", sourced=True),
    "US-NC": PlateDesign("First in Flight", "NORTH CAROLINA", ("AAA-9999",), "24418C", ("F4F4F2", "E6EEF4"), "B3242E",
                         "C0202C", scene="waves", scene_ink="D2DEE8", name_below=True, sourced=True),
    "US-ND": PlateDesign("NORTH DAKOTA", "LEGENDARY", ("999 AAA",), "1E2C4C", ("E7D3A8", "A8C8DC"), "1E2C4C",
                         scene="hills", scene_ink="CDB98E"),
    "US-OH": PlateDesign("OHIO", "BIRTHPLACE OF AVIATION", ("AAA 9999",), "1F2F5E", ("DCE9F3", "E8EED8"), "B5242E",
                         "1F2F5E", scene="hills", scene_ink="C4D6BE", sourced=True),
    "US-OK": PlateDesign("OKLAHOMA", "IMAGINE THAT", ("AAA-999",), "1D2F55", ("D9ECF4", "F2F6F6"), "C03A2C",
                         scene="rays", scene_ink="BEDCE8"),
    "US-OR": PlateDesign("Oregon", "", ("999*AAA",), "1F3B6E", ("CADCEB", "E9E2EE"), "1F3B6E", scene="mountains",
                         scene_ink="B3C6D6", emblem="tree"),
    "US-PA": PlateDesign("PENNSYLVANIA", "visitPA.com", ("AAA*9999",), "1E2F66", _WHITE, "F4F4F0", "1E2F66",
                         top="1E3F86", bottom="EBC332", emblem="keystone", sourced=True),
    "US-RI": PlateDesign("Rhode Island", "Ocean State", ("0AA 999", "AA-999"), "20355E", ("F3F4F3", "C7DAE6"),
                         scene="waves", scene_ink="A9C6DA"),
    "US-SC": PlateDesign("SOUTH CAROLINA", "WHILE I BREATHE, I HOPE", ("999*0AA", "AAA*999"), "1C2F57",
                         ("CFDCEA", "F0C89A"), "1C2F57", emblem="tree"),
    "US-SD": PlateDesign("South Dakota", "GREAT FACES GREAT PLACES", ("0A9 999", "99A 999"), "23304E",
                         ("BFD6EA", "F1ECE0"), "A3282E", scene="mountains", scene_ink="C9C4BC", script=True),
    "US-TN": PlateDesign("TENNESSEE", "IN GOD WE TRUST", ("AAA 9999",), "F2F4F6", ("1E3A6E", "182F5C"), emblem="star",
                         sourced=True),
    "US-TX": PlateDesign("TEXAS", "The Lone Star State", ("AAA*9999",), "1A1A1A", _WHITE, "1A1A1A", emblem="star",
                         sourced=True),
    "US-UT": PlateDesign("UTAH", "LIFE ELEVATED", ("A99 0AA",), "2A2F3F", ("A9CDE8", "E8C49A"), "7A2A22",
                         scene="mountains", scene_ink="D9A07A"),
    "US-VT": PlateDesign("Vermont", "Green Mountain State", ("AAA 999",), "F2F4F1", ("1F6B45", "1F6B45"),
                         emblem="tree"),
    "US-VA": PlateDesign("VIRGINIA", "VIRGINIA IS FOR LOVERS", ("AAA-9999",), "1F3276", _WHITE, "1F3276", "C0242E",
                         sourced=True),
    "US-WA": PlateDesign("WASHINGTON", "EVERGREEN STATE", ("AAA9999",), "1E3868", ("F4F6F6", "DCEAF0"), "B0262E",
                         "B0262E", scene="mountains", scene_ink="BCD4E2", sourced=True),
    "US-WV": PlateDesign("West Virginia", "Wild, Wonderful", ("0AA 999",), "1C2F63", _WHITE, "E8C03A", "1C2F63",
                         top="1C2F63", bottom="EBC94E"),
    "US-WI": PlateDesign("WISCONSIN", "America's Dairyland", ("AAA-9999",), "1C1C1C", _WHITE, "B0262E", "B0262E",
                         scene="hills", scene_ink="D4E4C8", sourced=True),
    "US-WY": PlateDesign("WYOMING", "", ("0*99999", "99*9999"), "2A2438", ("C9DAEA", "E9D9B4"), "4A3320",
                         scene="mountains", scene_ink="B7A98C", emblem="star"),
}  # fmt: skip

# How often a state's plate passes a camera is not ours to know: every jurisdiction is equally likely.
JURISDICTIONS: Final[tuple[str, ...]] = tuple(DESIGNS)
