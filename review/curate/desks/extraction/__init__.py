"""The desk of extraction: what each person read, the consensus, and comparisons."""
