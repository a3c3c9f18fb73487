"""The methods of the cases: what each builds, which arms it compares, and what is its control."""
