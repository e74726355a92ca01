"""Cascade: what the failure of firms or of suppliers abroad costs at once, before stocks and days."""
