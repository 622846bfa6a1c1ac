"""The preview of a link to a view of the app, and the card in this preview, which shows the view's pictures."""
