"""The line of a study with firms in one place: study → table → network → ranking, cut, days → page → folder."""
