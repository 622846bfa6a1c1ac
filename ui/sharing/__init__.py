"""The preview of a link, and a card with the pictures of a view."""
