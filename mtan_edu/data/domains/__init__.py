"""Classification domains, each with images of its own: the embedded decathlon, and readers of folders of pictures."""

from mtan_edu.data.domains.check import check_domains
from mtan_edu.data.domains.dataset import DomainDataset, HeldDomainDataset
from mtan_edu.data.domains.domain import Domain, DomainSplits
from mtan_edu.data.domains.examples import class_examples
from mtan_edu.data.domains.folder import read_domains
from mtan_edu.data.domains.open import DECATHLON, is_domains, open_domains

__all__ = [
    "DECATHLON",
    "Domain",
    "DomainDataset",
    "DomainSplits",
    "HeldDomainDataset",
    "check_domains",
    "class_examples",
    "is_domains",
    "open_domains",
    "read_domains",
]
