"""How the reader was made: data, training, evaluation and export. Not part of the wheel."""
