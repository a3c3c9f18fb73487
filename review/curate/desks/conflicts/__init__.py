"""The queue of conflicts: both votes side by side, and the consensus."""
