"""Questions asked beyond a plan: why there is none, how far one could get, what foresight is worth."""
