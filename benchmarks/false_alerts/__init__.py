"""How often innocent vehicles score how high."""
