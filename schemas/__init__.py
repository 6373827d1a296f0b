"""What every stage speaks: types, wire events, errors, settings and plate text rules."""
