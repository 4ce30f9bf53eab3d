"""Chinese text: one spelling, amounts, times, and no personal data."""

from kefu.text.bulk import normalise_all
from kefu.text.mask import Finding, Masked, mask, mask_with_findings
from kefu.text.money import Amount, find_amounts, find_loose_amounts
from kefu.text.normalise import Change, Normalised, normalise
from kefu.text.times import TimeRef, find_times

__all__ = [
    "Amount",
    "Change",
    "Finding",
    "Masked",
    "Normalised",
    "TimeRef",
    "find_amounts",
    "find_loose_amounts",
    "find_times",
    "mask",
    "mask_with_findings",
    "normalise",
    "normalise_all",
]
