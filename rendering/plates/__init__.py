"""Draws plates: designs, typefaces, fittings, layouts."""
