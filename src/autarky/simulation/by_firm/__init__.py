"""By firm: the day of the simulation on a sparse network of firms, in place of a table of industries."""
