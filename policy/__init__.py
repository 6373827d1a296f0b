"""Law as configuration: what a jurisdiction lets an agency notify, keep and share, as data with its citation."""
