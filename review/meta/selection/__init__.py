"""Selection models: what the pooled effect would be if results of some p-values were seen less often than others."""
