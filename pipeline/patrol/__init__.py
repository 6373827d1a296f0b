"""The stages of a patrol car that no other service has."""
