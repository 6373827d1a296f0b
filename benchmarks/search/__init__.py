"""How long an analyst's searches take, each against the plain SQL that one would write first."""
