"""Networks, start weights and training; TensorFlow lives here."""
