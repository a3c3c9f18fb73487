"""The abbreviations of journals that the Astrophysics Data System writes as LaTeX commands."""

JOURNALS = {
    "aap": "Astronomy & Astrophysics", "aapr": "Astronomy & Astrophysics Review", "aj": "The Astronomical Journal",
    "ao": "Applied Optics", "apj": "The Astrophysical Journal", "apjl": "The Astrophysical Journal Letters",
    "apjs": "The Astrophysical Journal Supplement Series", "apss": "Astrophysics and Space Science",
    "araa": "Annual Review of Astronomy and Astrophysics", "icarus": "Icarus", "jcap": "Journal of Cosmology and Astroparticle Physics",
    "jgr": "Journal of Geophysical Research", "mnras": "Monthly Notices of the Royal Astronomical Society", "nat": "Nature",
    "pasa": "Publications of the Astronomical Society of Australia", "pasj": "Publications of the Astronomical Society of Japan",
    "pasp": "Publications of the Astronomical Society of the Pacific", "physrep": "Physics Reports",
    "planss": "Planetary and Space Science", "pra": "Physical Review A", "prb": "Physical Review B", "prc": "Physical Review C",
    "prd": "Physical Review D", "pre": "Physical Review E", "prl": "Physical Review Letters",
    "procspie": "Proceedings of SPIE", "solphys": "Solar Physics", "ssr": "Space Science Reviews",
}  # fmt: skip
"""Each command without its backslash, and the journal."""
