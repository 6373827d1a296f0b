"""A list's file -> validated HotlistEntry rows: one parser per layout, code maps as data, and the import."""
