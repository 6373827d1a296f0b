"""The law in words, for `platewatch law`."""
