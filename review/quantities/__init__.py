"""Printed values as numbers: a value with its unit and bound, or a change with its direction, or a sentence why not."""
