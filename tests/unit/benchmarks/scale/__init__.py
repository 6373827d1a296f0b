"""How many machines it takes."""
