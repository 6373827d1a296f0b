"""The installation of several machines: its servers, its services, and what is struck of them."""
