"""What the views that live in a browser have in common: small ES modules, a style, and a page without Python."""
