"""A car's copy of the hotlists: sealed on its disk, in memory once its key is here, matched, and merged."""
