"""The fingerprint of all sums: equal on every engine and every number of threads, because integer sums are exact."""

import hashlib
from collections.abc import Mapping

import numpy as np

from amble.evaluation.sums.catalogue import Request
from amble.evaluation.sums.moments import Moments


def sha256(moments: Mapping[Request, Moments]) -> str:
    """Over every request in a fixed order: what was asked, then keys, counts, sums and products of its cells."""
    fingerprint = hashlib.sha256()
    for request in sorted(moments, key=repr):
        fingerprint.update(repr(request).encode())
        answer = moments[request]
        for values in (*answer.keys.values(), answer.n, answer.first, answer.second):
            if values is not None:
                fingerprint.update(np.ascontiguousarray(values, "<i8").tobytes())
    return fingerprint.hexdigest()
