"""Tables on disk become economies: one file per family of formats."""
