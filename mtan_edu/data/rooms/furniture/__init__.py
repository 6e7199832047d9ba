"""Furniture: each function draws one piece from a generator of random numbers."""
