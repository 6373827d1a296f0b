"""How many misread plates are found, at how many false alerts."""
