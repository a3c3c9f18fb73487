"""Search exports of other programs: each format to the same frozen records and back, with what could not be read."""
