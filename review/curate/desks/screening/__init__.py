"""The desk of screening: cards judged blind by keyboard, at both stages."""
