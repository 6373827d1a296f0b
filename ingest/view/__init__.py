"""Whether a camera still sees what it usually sees."""
