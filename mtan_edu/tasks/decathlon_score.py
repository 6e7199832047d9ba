"""One number for classification on many domains: the score of the Visual Decathlon challenge."""

from __future__ import annotations

from collections.abc import Mapping

GAMMA = 2.0
"""The exponent of the score."""

POINTS = 1000.0
"""Points of a domain whose error is 0."""

VISUAL_DECATHLON_BASELINE: Mapping[str, float] = {
    "imagenet12": 0.5987, "aircraft": 0.6034, "cifar100": 0.8212, "daimlerpedcls": 0.9282, "dtd": 0.5553,
    "gtsrb": 0.9753, "vgg-flowers": 0.8141, "omniglot": 0.8769, "svhn": 0.9655, "ucf101": 0.5120,
}  # fmt: skip
"""Test accuracies of the ten fine-tuned networks against which the challenge scores (Rebuffi et al., NeurIPS 2017)."""


def decathlon_score(
    accuracies: Mapping[str, float], baseline: Mapping[str, float] = VISUAL_DECATHLON_BASELINE
) -> float:
    """The Visual Decathlon score: points of all domains together, more for doing well where that is hard.

        S = Σ_d α_d max(0, Emax_d - E_d)^γ    with  Emax_d = 2 (1 - baseline accuracy),  α_d = 1000 Emax_d^-γ,  γ = 2

    with E_d the error, 1 - accuracy. A domain gives 1000 points without an error, 250 at the error of the baseline,
    0 at twice that error or above. It has no meaning of its own without the baseline, which belongs beside it.

    Args:
        accuracies: Domain to top-1 accuracy in [0, 1].
        baseline: Domain to the baseline's accuracy in [0, 1): by default that of the challenge; for other domains,
            such as one network of its own for each.

    Returns:
        Points, between 0 and 1000 times the number of domains.

    Raises:
        ValueError: If the domains are not those of the baseline, an accuracy is not in [0, 1], or the baseline makes
            no error: then there is nothing to measure an error by.

    References:
        Rebuffi, Bilen, Vedaldi, "Learning multiple visual domains with residual adapters", NeurIPS 2017, whose
        challenge it is. Liu et al., CVPR 2019, table 4, compare by it.
    """
    if not accuracies or accuracies.keys() != baseline.keys():
        raise ValueError(
            f"`accuracies` must be of the domains {', '.join(baseline)}; got {', '.join(accuracies) or 'none'}. "
            "Pass the baseline's accuracies on your own domains."
        )
    for kind, values in (("accuracies", accuracies), ("baseline", baseline)):
        for domain, value in values.items():
            if not 0 <= value <= 1:  # NaN is not
                raise ValueError(f"`{kind}` must lie in [0, 1]; got {value} for {domain}. Divide percent by 100.")
    return sum(_points(1 - accuracy, 1 - baseline[domain], domain) for domain, accuracy in accuracies.items())


def _points(error: float, baseline_error: float, domain: str) -> float:
    if baseline_error == 0:
        raise ValueError(
            f"`baseline` must make errors, since errors are measured by its own; got accuracy 1 for {domain}. "
            "Leave the domain out."
        )
    worst = 2 * baseline_error
    return POINTS * (max(0.0, worst - error) / worst) ** GAMMA
