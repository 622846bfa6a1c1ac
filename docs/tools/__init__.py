"""What builds the documentation: hooks of MkDocs, and the script that takes the pictures."""
