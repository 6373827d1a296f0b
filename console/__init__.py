"""The console: pages for people and the API for programs. It does nothing that operations/ does not."""
