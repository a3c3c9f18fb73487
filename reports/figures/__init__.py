"""Figures: each module turns one frozen data class into an SVG, its alternative text and its data table."""
