"""How fast a national list is read and made active."""
