"""What an arm is worth: scores, paired change, size, time, memory, energy."""
