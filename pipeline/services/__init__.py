"""The services: which stages each of them is composed of."""
