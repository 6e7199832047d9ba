"""The embedded small decathlon: real handwritten digits, and domains that the library draws itself."""

from mtan_edu.data.domains.small.decathlon import decathlon

__all__ = ["decathlon"]
