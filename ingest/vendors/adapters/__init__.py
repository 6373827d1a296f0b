"""An adapter per vendor, in a file of its own."""
