"""What an encoder in whole numbers computes between its products, row by row, so that each comes from memory once.

torch would read and write all rows half a dozen times for that. numba compiles these functions the first time, in two
or three seconds, and keeps them in its cache; importing this module makes them ready to run, in the better part of one.

Numbers in levels are uint8 of the shape (rows, width), counted from :data:`ZERO`; what they stand for follows from a
scale and a middle of each row: scale * (level - ZERO + middle). The number of a row that is farthest from 0 would often
make its levels several times as wide: it is taken for 0, and multiplied by itself (after Dettmers et al. 2022, arXiv
2208.07339). What is known of rows is float32 of the shape (rows, 4): scale, middle, that number, and its column.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numba import float32, int8, int32, njit, uint8, void
from numpy.polynomial import Chebyshev, Polynomial

from scrutiny.roles.whole_products import ZERO

_RANGE = 254

# Sums may be made in any order; what is not a number must remain so.
_OPTIONS: Any = {
    "nogil": True,
    "boundscheck": False,
    "error_model": "numpy",
    "fastmath": {"reassoc", "contract", "nsz", "arcp"},
}

_matrix, _vector, _levels, _weights = float32[:, ::1], float32[::1], uint8[:, ::1], int8[:, ::1]


def _compiled(signature: Any) -> Callable[[Callable[..., Any]], Any]:
    def compiled(function: Callable[..., Any]) -> Any:
        try:
            return njit(signature, cache=True, **_OPTIONS)(function)
        except (RuntimeError, OSError):  # there is no folder to keep it in
            return njit(signature, **_OPTIONS)(function)

    return compiled


# Beyond this a GELU says what it is told, or nothing, but for 0.0001, less than a tenth of a level as a rule.
_FARTHEST = np.float32(4)


def _half_erf(squares: Any) -> Any:
    return [math.erf(math.sqrt(x / 2)) / 2 / math.sqrt(x) for x in squares]


#: x (0.5 + x p(x^2)) is a GELU, with the coefficients of p from the highest.
_OF_SQUARE = tuple(
    np.float32(one)
    for one in Chebyshev.interpolate(_half_erf, 8, domain=[0, float(_FARTHEST) ** 2])
    .convert(kind=Polynomial, domain=[-1, 1], window=[-1, 1])
    .coef[::-1]
)


@_compiled(int32(int32))
def _ordered(bits: Any) -> Any:
    """The bits of a float as a whole number of the same order, or back: those are compared several at a time."""
    return bits ^ ((bits >> np.int32(31)) & np.int32(0x7FFFFFFF))


@_compiled(void(_vector, uint8[::1], _vector))
def _quantize_row(row: Any, levels: Any, of_row: Any) -> None:
    bits, of_bits, without_sign = row.view(np.int32), of_row.view(np.int32), np.int32(0x7FFFFFFF)
    farthest = bits[0] & without_sign
    for column in range(len(row)):
        farthest = max(farthest, bits[column] & without_sign)
    outlier = 0
    while bits[outlier] & without_sign != farthest:
        outlier += 1
    of_row[2], of_row[3] = row[outlier], np.float32(outlier)
    row[outlier] = np.float32(0)
    largest = smallest = np.int32(0)
    for column in range(len(row)):
        one = _ordered(bits[column])
        largest, smallest = max(largest, one), min(smallest, one)
    of_bits[0], of_bits[1] = _ordered(largest), _ordered(smallest)
    scale = max((of_row[0] - of_row[1]) * np.float32(1 / _RANGE), np.float32(1e-12))
    inverse = np.float32(1) / scale
    # A whole level, so that 0 is one.
    middle = np.rint((of_row[0] + of_row[1]) * np.float32(0.5) * inverse)
    of_row[0], of_row[1] = scale, middle
    shift = np.float32(ZERO + 0.5) - middle
    for column in range(len(row)):
        levels[column] = np.uint8(np.int32(row[column] * inverse + shift))
    row[outlier] = of_row[2]


@_compiled(void(_matrix, _levels, _matrix))
def quantize(rows: Any, levels: Any, of_rows: Any) -> None:
    """Put ``rows`` into ``levels``, and what is known of them into ``of_rows``.

    Nobody else may read them meanwhile: the number that is left out is 0 for a while.
    """
    for row in range(len(rows)):
        _quantize_row(rows[row], levels[row], of_rows[row])


@_compiled(void(_vector, _vector, _weights, _vector, _vector, _vector))
def _dequantize_row(products: Any, of_row: Any, weights: Any, scales: Any, sums: Any, bias: Any) -> None:
    scale, middle, outlier, of_outlier = of_row[0], of_row[1], of_row[2], weights[np.int64(of_row[3])]
    for column in range(len(products)):
        apart = outlier * np.float32(of_outlier[column]) * scales[column]
        products[column] = (products[column] + middle * sums[column]) * scale + apart + bias[column]


@_compiled(void(_matrix, _matrix, _weights, _vector, _vector, _vector))
def dequantize(products: Any, of_rows: Any, weights: Any, scales: Any, sums: Any, bias: Any) -> None:
    """Make of products of levels what they stand for, in place.

    x ~ s (u + m) and w ~ t v, with s and m of a row of ``of_rows`` and t of what a weight is for, make
    x w ~ s (t u v + m t sum(v)): ``products`` hold t u v, ``scales`` t, ``sums`` t sum(v), and ``weights`` v, those of
    the same column side by side.
    """
    for row in range(len(of_rows)):
        _dequantize_row(products[row], of_rows[row], weights, scales, sums, bias)


@_compiled(void(_matrix, _matrix, _weights, _vector, _vector, _vector, _levels, _matrix))
def gelu(
    products: Any, of_rows: Any, weights: Any, scales: Any, sums: Any, bias: Any, levels: Any, of_said: Any
) -> None:
    """Put what a GELU says of what ``products`` stand for (see :func:`dequantize`) into ``levels`` and ``of_said``.

    ``products`` are overwritten.
    """
    for row in range(len(of_rows)):
        said = products[row]
        _dequantize_row(said, of_rows[row], weights, scales, sums, bias)
        for column in range(len(said)):
            x = -_FARTHEST if said[column] < -_FARTHEST else said[column]
            near = _FARTHEST if x > _FARTHEST else x
            square = near * near
            of_square = _OF_SQUARE[0]
            for coefficient in _OF_SQUARE[1:]:
                of_square = of_square * square + coefficient
            said[column] = x * (np.float32(0.5) + near * of_square)
        _quantize_row(said, levels[row], of_said[row])


@_compiled(void(_matrix, _matrix, _weights, _vector, _vector, _vector, _matrix, _vector, _vector, float32, _matrix))
def add_and_norm(
    products: Any, of_rows: Any, weights: Any, scales: Any, sums: Any, bias: Any,
    residual: Any, weight: Any, shift: Any, eps: Any, normed: Any,
) -> None:  # fmt: skip
    """Put the layer normalisation of ``residual`` and what ``products`` stand for (see :func:`dequantize`), together,
    into ``normed``. ``products`` are overwritten."""
    width = np.float32(products.shape[1])
    for row in range(len(of_rows)):
        said = normed[row]
        _dequantize_row(products[row], of_rows[row], weights, scales, sums, bias)
        total = np.float32(0)
        for column in range(len(said)):
            said[column] = products[row, column] + residual[row, column]
            total += said[column]
        mean = total / width
        squares = np.float32(0)
        for column in range(len(said)):
            squares += (said[column] - mean) * (said[column] - mean)
        inverse = np.float32(1) / np.float32(math.sqrt(squares / width + eps))
        for column in range(len(said)):
            said[column] = (said[column] - mean) * inverse * weight[column] + shift[column]
