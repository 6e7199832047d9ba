"""What checks annotations under pytest: beartype, for which a whole number is a number, as Python's own rules say."""

from beartype import BeartypeConf, beartype

checked = beartype(conf=BeartypeConf(is_pep484_tower=True))
