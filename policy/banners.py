"""The notice before somebody signs in: what every system with criminal justice information says, and what the law adds.

Source:
    CJIS Security Policy, AC-8 (system use notification): what a notice has to say. The law profile names the state's
    law.
"""

from __future__ import annotations

from policy.decisions import open_policy
from schemas.settings import Settings


def banner(settings: Settings) -> str:
    """Return the notice.

    Raises:
        ConfigurationError: The law profile cannot be used.
    """
    search = open_policy(settings).profile.search
    lines = [
        "This system holds information about people's movements, for official use by authorized persons alone.",
        "What you do here is recorded and reviewed: whatever you look at, with your name, the time and your reason.",
        "Use without authority is prohibited, and may be punished by your agency and by law.",
        "By signing in you agree to this.",
    ]
    if search is not None and (search.purpose or search.case_number):
        lines.insert(3, f"Every search needs a reason that stands ({search.source}).")
    return "\n".join(lines)
