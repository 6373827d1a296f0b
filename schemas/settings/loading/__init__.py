"""How the configuration is read from its file and the environment."""
