"""Lists that come by themselves: a run of a feed, and whether the lists are current."""
