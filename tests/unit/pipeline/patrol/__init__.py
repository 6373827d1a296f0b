"""A patrol car's stages."""
