"""The codebook: variables, open vocabularies and outcomes as data files, and the class that reads them."""
