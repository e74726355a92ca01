"""The line of a study with firms, in one place: from its network to its ranking, its days, its folder."""
