"""How the evidence is told: figures, the HTML page and the PDF."""
