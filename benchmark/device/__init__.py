"""What travels in a pack: the runner, which needs nothing of this project."""
