"""Concentrations converted (折算) to a reference oxygen or excess air. HJ 212-2017 Annex D.2.3."""

import numpy as np
from numpy.typing import ArrayLike

from qingyuan.kernel.rounding import above

from .parts import Floats, Rule, positive


def excess_air(o2: ArrayLike, *, air: Rule, guard: Rule) -> Floats:
    """Measured excess air factor from dry oxygen in %.

    (27) alpha = 21 %/(21 % - O2). HJ 212-2017 D.2.3 (2), text. ``air`` is the 21.

    >>> float(excess_air(6.0, air=21.0, guard=20.9))
    1.4

    Empty where O2 reaches ``guard``: see ``convert_by_oxygen``.
    """
    return np.asarray(air / _below_air(o2, air, air - guard))


def convert_by_excess_air(
    dry: ArrayLike, o2: ArrayLike, reference: ArrayLike, *, air: Rule, guard: Rule
) -> Floats:
    """Converted (折算) concentration where the emission standard sets an excess air factor.

    (26) C = Cdry,std * alpha/alpha_s. HJ 212-2017 D.2.3 (1), text. ``reference`` is alpha_s.

    >>> float(convert_by_excess_air(100.0, 11.0, 1.4, air=21.0, guard=20.9))
    150.0

    Empty where O2 reaches ``guard``, or where there is no reference.
    """
    measured = np.asarray(dry, dtype=np.float64) * excess_air(o2, air=air, guard=guard)
    return np.asarray(measured / positive(reference))


def convert_by_oxygen(
    dry: ArrayLike,
    o2: ArrayLike,
    reference: ArrayLike,
    *,
    air: Rule,
    guard: Rule,
    combustion_air: ArrayLike | None = None,
) -> Floats:
    """Converted (折算) concentration where the emission standard sets a reference oxygen.

    (28) C = Cdry,std * (21 % - O2s)/(21 % - O2). HJ 212-2017 D.2.3 (3), text; ``air`` is the 21.

    >>> float(convert_by_oxygen(100.0, 11.0, 6.0, air=21.0, guard=20.9))
    150.0

    The guard: toward 21 % the fraction grows without bound, and a hair of oxygen decides over the
    limit. Where O2 reaches ``guard`` the result is empty rather than clamped; likewise where the
    reference is not below ``air``. ``combustion_air`` in % is for enriched combustion, see there.
    """
    phi = air if combustion_air is None else combustion_air
    return convert_enriched(dry, o2, reference, phi, air=air, guard=guard)


def convert_enriched(
    dry: ArrayLike,
    o2: ArrayLike,
    reference: ArrayLike,
    combustion_air: ArrayLike,
    *,
    air: Rule,
    guard: Rule,
) -> Floats:
    """Converted (折算) concentration of oxygen-enriched combustion.

    C = Cdry,std * (21 % - O2s)/(phi0 - O2): the 21 of the denominator of (28) gives way to phi0,
    the oxygen of the combustion air in % (``combustion_air``; 21 is plain combustion).
    GB 18484-2020 3.20, GB 39707-2020 3.30, text.

    >>> float(convert_enriched(100.0, 15.0, 11.0, 25.0, air=21.0, guard=20.9))
    100.0

    The guard keeps the same distance from phi0 as it does from ``air`` in ``convert_by_oxygen``.
    Empty there, where the reference is not below ``air``, where phi0 is below ``air``, and for
    pure oxygen, for which the rule does not hold.
    """
    phi = np.asarray(combustion_air, dtype=np.float64)
    phi = np.where((phi >= air) & (phi < 100.0), phi, np.nan)
    share = positive(air - np.asarray(reference, dtype=np.float64))
    below = _below_air(o2, phi, air - guard)
    return np.asarray(np.asarray(dry, dtype=np.float64) * share / below)


def _below_air(o2: ArrayLike, air: ArrayLike, distance: Rule) -> Floats:
    """air - o2, NaN where o2 comes within ``distance`` of it, or is there but for the last digits
    of a double: a mean of 20.9 may be 20.899999999999995."""
    oxygen, source = np.asarray(o2, dtype=np.float64), np.asarray(air, dtype=np.float64)
    return np.where(above(source - distance, oxygen), source - oxygen, np.nan)
