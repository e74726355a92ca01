"""Processor: what compiled code may ask of the machine beyond arithmetic on one number at a time."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

_intrinsic: Any = intrinsic
LANES = 8
"""Numbers (float64) in a line of cache: cascades that are gathered together."""


@_intrinsic
def prefetch(typing_context: Any, array: Any, place: Any) -> Any:
    """Have the line of cache with ``array[place]`` brought near while other work goes on; changes no number.

    The place may lie outside of the array: nothing is read.
    """

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        view = context.make_array(signature.args[0])(context, builder, arguments[0])
        at = context.cast(builder, arguments[1], signature.args[1], types.intp)
        byte = ir.IntType(8)
        start = builder.bitcast(view.data, byte.as_pointer())
        pointer = builder.gep(start, [builder.mul(at, view.itemsize)])
        number = ir.IntType(32)
        kind = ir.FunctionType(ir.VoidType(), [byte.as_pointer(), number, number, number])
        ask = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0")
        to_write, keep, data = (ir.Constant(number, value) for value in (1, 3, 1))
        builder.call(ask, [pointer, to_write, keep, data])
        return context.get_dummy_value()

    return types.void(array, place), codegen


@_intrinsic
def add_share(typing_context: Any, total: Any, at: Any, share: Any, source: Any, place: Any) -> Any:
    """``total[at, :] += share · source[place, :]`` for arrays of (…, LANES) float64, lane by lane."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        vector = ir.VectorType(ir.DoubleType(), LANES)
        pointers = []
        for array, index in ((0, 1), (3, 4)):
            view = context.make_array(signature.args[array])(context, builder, arguments[array])
            row = context.cast(builder, arguments[index], signature.args[index], types.intp)
            first = builder.gep(view.data, [builder.mul(row, ir.Constant(row.type, LANES))])
            pointers.append(builder.bitcast(first, vector.as_pointer()))
        value = ir.Constant(vector, ir.Undefined)
        for lane in range(LANES):
            value = builder.insert_element(value, arguments[2], ir.Constant(ir.IntType(32), lane))
        old = builder.load(pointers[0], align=8)
        new = builder.fadd(old, builder.fmul(value, builder.load(pointers[1], align=8)))
        builder.store(new, pointers[0], align=8)
        return context.get_dummy_value()

    return types.void(total, at, share, source, place), codegen
