"""What Crossref, OpenAlex and arXiv say of a DOI or arXiv identifier, as a proposal; only here is a network asked."""
