"""How claims are re-measured: cases, runs and measurements."""
