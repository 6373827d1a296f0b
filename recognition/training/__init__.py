"""How the shipped weights were made: data, training, measuring and export. Needs the extra `train`."""
