package optim

import (
	"unsafe"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim/internal/packed"
)

// A gradient is that of a parameter, or a part of it, of the optimizer's type or bfloat16.
// bfloat16 is read as it is where a kernel takes it, and otherwise widened in pieces that stay
// in the first-level cache: the bits are those of the same gradient as float32.
type gradient[T kernels.Float] struct {
	native []T // nil if it is bfloat16
	bf16   []kernels.BFloat16
}

// len returns the number of elements.
func (g gradient[T]) len() int { return len(g.native) + len(g.bf16) }

// part returns the elements lo to hi.
func (g gradient[T]) part(lo, hi int) gradient[T] {
	if g.bf16 != nil {
		return gradient[T]{bf16: g.bf16[lo:hi]}
	}
	return gradient[T]{native: g.native[lo:hi]}
}

// wide returns the elements in the optimizer's type: themselves, or widened to scratch.
func (g gradient[T]) wide(scratch []T) []T {
	if g.bf16 == nil {
		return g.native
	}
	scratch = scratch[:len(g.bf16)]
	kernels.WidenBF16(packed.Float32s(scratch), g.bf16)
	return scratch
}

// copyTo stores the elements.
func (g gradient[T]) copyTo(dst []T) {
	if g.bf16 != nil {
		g.wide(dst)
	} else {
		copy(dst, g.native)
	}
}

// addTo adds the elements to a sum.
func (g gradient[T]) addTo(sum, scratch []T) {
	if g.bf16 == nil {
		kernels.Axpy(1, g.native, sum)
		return
	}
	for lo := 0; lo < len(sum); lo += len(scratch) {
		hi := min(len(sum), lo+len(scratch))
		kernels.Axpy(1, g.part(lo, hi).wide(scratch), sum[lo:hi])
	}
}

// copyScaled stores the elements, clipped to the limit if clips is set, times pre.
func (g gradient[T]) copyScaled(dst []T, clips bool, limit, pre T) {
	switch {
	case clips && g.bf16 == nil:
		kernels.Clamp(dst, g.native, -limit, limit)
	case clips:
		g.copyTo(dst)
		kernels.Clamp(dst, dst, -limit, limit)
	default:
		g.copyTo(dst)
	}
	if pre != 1 {
		kernels.Scal(pre, dst)
	}
}

// clear sets the elements to zero.
func (g gradient[T]) clear() {
	clear(g.native)
	clear(g.bf16)
}

// plainSquares returns the sum of the squares, of float64 where that is certain.
func (g gradient[T]) plainSquares() float64 {
	if g.bf16 != nil {
		return kernels.SumSquaresBF16(g.bf16)
	}
	return kernels.SumSquares(g.native)
}

// is32 reports whether T is float32.
func is32[T kernels.Float]() bool { return unsafe.Sizeof(T(0)) == 4 }

// gradientOf returns the gathered gradient of a parameter, an empty one if it is frozen.
func (o *Optimizer[T]) gradientOf(param int) gradient[T] {
	if len(o.grads16) > 0 && len(o.grads16[param]) > 0 {
		return gradient[T]{bf16: o.grads16[param]}
	}
	return gradient[T]{native: o.grads[param]}
}

// gradientIn is the gradient of a block's part in the same way: without a further copy, which
// shows with many small parameters.
func (o *Optimizer[T]) gradientIn(b block) gradient[T] {
	if len(o.grads16) > 0 && len(o.grads16[b.param]) > 0 {
		return gradient[T]{bf16: o.grads16[b.param][b.lo:b.hi]}
	}
	return gradient[T]{native: o.grads[b.param][b.lo:b.hi]}
}

// givenIn returns a part of the gradient that a batch has for a parameter.
func (o *Optimizer[T]) givenIn(batch int, b block) gradient[T] {
	k := batch*len(o.params) + b.param
	if g := o.given16(k); len(g) > 0 {
		return gradient[T]{bf16: g[b.lo:b.hi]}
	}
	return gradient[T]{native: o.flat[k][b.lo:b.hi]}
}

// given16 returns the gradient of bfloat16 in the place of o.flat[k], if that is one.
func (o *Optimizer[T]) given16(k int) []kernels.BFloat16 {
	if len(o.flat16) == 0 {
		return nil
	}
	return o.flat16[k]
}
