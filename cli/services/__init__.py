"""Commands that run on: services, each composed of stages."""
