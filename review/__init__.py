"""How evidence is weighed: matrix, PRISMA counts, agreement, effects and pooled estimates."""
