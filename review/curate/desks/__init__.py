"""The desks of the page, a file each; every desk has a function `add` that lays its pages into the house."""
