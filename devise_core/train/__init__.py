"""Training: recipes, heads, losses, the trainer, and the files of a trained model."""
