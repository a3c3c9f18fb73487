"""From the results of the statistics to what the figures draw, one file a figure."""
