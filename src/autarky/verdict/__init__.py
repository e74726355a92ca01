"""Verdict: results held against what was observed and what was said: backtest, trials, sentences."""
