"""Lanes: a number of eight (float64) or sixteen (float32) scenarios at once, as compiled code sees it.

``load`` gives a *pack*: one number per scenario, held in one 64-byte register. Packs add, compare and choose
like numbers, so that a kernel reads as if it had one scenario. Every lane goes through the same IEEE
operations whatever stands in the other lanes, and nothing is ever summed across lanes: that is why the bytes
of a scenario do not depend on its company, on the number of threads, or on the processor's vector width.
"""

from __future__ import annotations

import operator
from typing import Any

import numpy as np
import numpy.typing as npt
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic, models, overload, register_model

_intrinsic: Any = intrinsic
LINE_BYTES = 64
"""A pack fills one line of cache."""


def lanes_of(dtype: npt.DTypeLike) -> int:
    """Number of scenarios in a pack: 8 in float64, 16 in float32."""
    return LINE_BYTES // np.dtype(dtype).itemsize


def lines(shape: tuple[int, ...], dtype: npt.DTypeLike, value: float = 0.0) -> npt.NDArray[Any]:
    """An array of packs, (*shape, lanes), that begins at the beginning of a line of cache."""
    item = np.dtype(dtype)
    size = int(np.prod(shape, dtype=np.int64)) * LINE_BYTES
    room = np.empty(size + LINE_BYTES, dtype=np.uint8)
    start = -room.ctypes.data % LINE_BYTES
    packs = room[start : start + size].view(item).reshape(*shape, lanes_of(item))
    packs[:] = value
    return packs


class Pack(types.Type):
    """A float of every scenario in a line."""

    def __init__(self, dtype: types.Float) -> None:
        self.dtype = dtype
        self.lanes = LINE_BYTES * 8 // dtype.bitwidth
        super().__init__(name=f"Pack({dtype})")


class Mask(types.Type):
    """A yes or no of every scenario in a line."""

    def __init__(self, lanes: int) -> None:
        self.lanes = lanes
        super().__init__(name=f"Mask({lanes})")


@register_model(Pack)
class _PackModel(models.PrimitiveModel):
    def __init__(self, dmm: Any, fe_type: Pack) -> None:
        super().__init__(dmm, fe_type, ir.VectorType(_element(fe_type.dtype), fe_type.lanes))


@register_model(Mask)
class _MaskModel(models.PrimitiveModel):
    def __init__(self, dmm: Any, fe_type: Mask) -> None:
        super().__init__(dmm, fe_type, ir.VectorType(ir.IntType(1), fe_type.lanes))


def _element(dtype: Any) -> Any:
    return ir.DoubleType() if dtype.bitwidth == 64 else ir.FloatType()


def _splat(builder: Any, value: Any, lanes: int) -> Any:
    vector = ir.VectorType(value.type, lanes)
    first = builder.insert_element(ir.Constant(vector, ir.Undefined), value, ir.Constant(ir.IntType(32), 0))
    zeros = ir.Constant(ir.VectorType(ir.IntType(32), lanes), [0] * lanes)
    return builder.shuffle_vector(first, ir.Constant(vector, ir.Undefined), zeros)


def _pointer(context: Any, builder: Any, array_type: Any, array: Any, place: Any, at: Any) -> Any:
    """Where a line begins: arrays of packs are contiguous, their last axis holds the lanes."""
    view = context.make_array(array_type)(context, builder, array)
    kinds, indices = [place], [at]
    if hasattr(place, "count"):
        kinds, indices = [place[n] for n in range(place.count)], cgutils.unpack_tuple(builder, at)
    shape = cgutils.unpack_tuple(builder, view.shape)
    line = ir.Constant(ir.IntType(64), 0)
    for kind, index, size in zip(kinds, indices, shape, strict=False):
        index = context.cast(builder, index, kind, types.intp)
        line = builder.add(builder.mul(line, size), index)
    lanes = LINE_BYTES * 8 // array_type.dtype.bitwidth
    item = builder.mul(line, ir.Constant(line.type, lanes))
    vector = ir.VectorType(_element(array_type.dtype), lanes)
    return builder.bitcast(builder.gep(view.data, [item]), vector.as_pointer())


@_intrinsic
def load(typing_context: Any, array: Any, place: Any) -> Any:
    """The pack at a place of an array of packs: ``load(a, i)``, ``load(a, (i, j))`` …"""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        pointer = _pointer(context, builder, signature.args[0], arguments[0], signature.args[1], arguments[1])
        return builder.load(pointer, align=signature.args[0].dtype.bitwidth // 8)

    return Pack(array.dtype)(array, place), codegen


@_intrinsic
def store(typing_context: Any, array: Any, place: Any, pack: Any) -> Any:
    """Put a pack in its place in an array of packs."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        pointer = _pointer(context, builder, signature.args[0], arguments[0], signature.args[1], arguments[1])
        builder.store(arguments[2], pointer, align=signature.args[0].dtype.bitwidth // 8)
        return context.get_dummy_value()

    return types.void(array, place, pack), codegen


@_intrinsic
def splat(typing_context: Any, number: Any, like: Any) -> Any:
    """The same number in every lane; ``like``: an array of packs, or a pack, of the wanted kind."""
    dtype = like.dtype

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        value = context.cast(builder, arguments[0], signature.args[0], dtype)
        return _splat(builder, value, signature.return_type.lanes)

    return Pack(dtype)(number, like), codegen


@_intrinsic
def add_product(typing_context: Any, factor: Any, pack: Any, total: Any) -> Any:
    """``total + factor · pack``, rounded once; the factor is one number for all lanes."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        value = context.cast(builder, arguments[0], signature.args[0], signature.args[1].dtype)
        spread = _splat(builder, value, signature.args[1].lanes)
        vector = spread.type
        name = f"llvm.fma.v{vector.count}f{signature.args[1].dtype.bitwidth}"
        fma = cgutils.get_or_insert_function(builder.module, ir.FunctionType(vector, [vector] * 3), name)
        return builder.call(fma, [spread, arguments[1], arguments[2]])

    return total(factor, pack, total), codegen


@_intrinsic
def where(typing_context: Any, mask: Any, yes: Any, no: Any) -> Any:
    """``yes`` in the lanes of the mask, ``no`` in the others."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.select(*arguments)

    return yes(mask, yes, no), codegen


@_intrinsic
def some(typing_context: Any, mask: Any) -> Any:
    """Whether a mask holds in any lane."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        bits = builder.bitcast(arguments[0], ir.IntType(signature.args[0].lanes))
        return builder.icmp_unsigned("!=", bits, ir.Constant(bits.type, 0))

    return types.boolean(mask), codegen


def _arithmetic(instruction: str) -> Any:
    @_intrinsic
    def operation(typing_context: Any, left: Any, right: Any) -> Any:
        def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            return getattr(builder, instruction)(*arguments)

        return left(left, right), codegen

    return operation


def _comparison(sign: str) -> Any:
    @_intrinsic
    def operation(typing_context: Any, left: Any, right: Any) -> Any:
        def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            return builder.fcmp_ordered(sign, *arguments)

        return Mask(left.lanes)(left, right), codegen

    return operation


def _extreme(sign: str) -> Any:
    @_intrinsic
    def operation(typing_context: Any, left: Any, right: Any) -> Any:
        def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            return builder.select(builder.fcmp_ordered(sign, *arguments), *arguments)

        return left(left, right), codegen

    return operation


def minimum(left, right):  # type: ignore[no-untyped-def]
    """The lower of two, lane by lane; one of them may be a number."""
    raise NotImplementedError("compiled code only")


def maximum(left, right):  # type: ignore[no-untyped-def]
    """The higher of two, lane by lane; one of them may be a number."""
    raise NotImplementedError("compiled code only")


def _offer(public: Any, operation: Any) -> None:
    """Let compiled code apply an operation to packs, and to a pack and a number."""

    @overload(public)
    def choose(left, right):  # type: ignore[no-untyped-def]
        if isinstance(left, Pack) and isinstance(right, Pack):
            return lambda left, right: operation(left, right)
        if isinstance(left, Pack) and isinstance(right, types.Number):
            return lambda left, right: operation(left, splat(right, left))
        if isinstance(left, types.Number) and isinstance(right, Pack):
            return lambda left, right: operation(splat(left, right), right)
        return None


for _public, _instruction in (
    (operator.add, "fadd"),
    (operator.sub, "fsub"),
    (operator.mul, "fmul"),
    (operator.truediv, "fdiv"),
):
    _offer(_public, _arithmetic(_instruction))
for _public, _sign in (
    (operator.lt, "<"),
    (operator.le, "<="),
    (operator.gt, ">"),
    (operator.ge, ">="),
    (operator.eq, "=="),
    (operator.ne, "!="),
):
    _offer(_public, _comparison(_sign))
_offer(minimum, _extreme("<"))
_offer(maximum, _extreme(">"))


def _logic(public: Any, instruction: str) -> None:
    @_intrinsic
    def operation(typing_context: Any, left: Any, right: Any) -> Any:
        def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            return getattr(builder, instruction)(*arguments)

        return left(left, right), codegen

    @overload(public)
    def choose(left, right):  # type: ignore[no-untyped-def]
        if isinstance(left, Mask) and isinstance(right, Mask):
            return lambda left, right: operation(left, right)
        return None


_logic(operator.and_, "and_")
_logic(operator.or_, "or_")
