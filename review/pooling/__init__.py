"""Pooling the evidence of the database: the models, moderators, sensitivity and certainty of one outcome."""
