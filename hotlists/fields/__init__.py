"""Single fields of a row: plates, dates, states, vehicles, and which column holds which."""
