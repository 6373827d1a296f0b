"""Agreements at work: read from files, asked at each delivery and on receipt, and what goes out is cut to them."""
