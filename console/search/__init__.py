"""The analyst's pages: what was read, by whatever is known of it, for a purpose that is written down.

Everything is asked by POST: a plate and a purpose stand in no address, and so in no history, bookmark or proxy's log,
and no link from elsewhere has somebody search under their name.
"""
