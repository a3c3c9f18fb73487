"""Appraisal: tools as data, judgements with reasons, what the answers suggest, how completely studies report."""
