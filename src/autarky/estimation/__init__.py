"""An economy from scattered figures: tables scaled to totals, and tables nearest to a prior under claims."""
