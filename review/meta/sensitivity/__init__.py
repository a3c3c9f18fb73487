"""What single rows do to a pooled effect: leaving out, adding up, influence, residuals, and all subsets."""
