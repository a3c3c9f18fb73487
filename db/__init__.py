"""What was recorded: the database of records, studies, comparisons and runs."""
