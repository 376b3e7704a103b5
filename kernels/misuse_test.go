package kernels_test

import (
	"fmt"
	"math"
	"math/bits"
	"slices"
	"strings"
	"testing"

	"github.com/seed63264101/steepest/kernels"
)

// lengthCalls are the public functions that demand equally long slices, by name:
// how many slices they take, and a call. SumSlices and its relatives take a
// destination and a list, here of three.
func lengthCalls[T kernels.Float]() map[string]struct {
	slices int
	call   func(v [][]T)
} {
	type entry = struct {
		slices int
		call   func(v [][]T)
	}
	return map[string]entry{
		"Axpy":          {2, func(v [][]T) { kernels.Axpy(2, v[0], v[1]) }},
		"Axpby":         {2, func(v [][]T) { kernels.Axpby(2, v[0], 3, v[1]) }},
		"Add":           {3, func(v [][]T) { kernels.Add(v[0], v[1], v[2]) }},
		"Mul":           {3, func(v [][]T) { kernels.Mul(v[0], v[1], v[2]) }},
		"Lerp":          {2, func(v [][]T) { kernels.Lerp(2, v[0], v[1]) }},
		"Clamp":         {2, func(v [][]T) { kernels.Clamp(v[0], v[1], -1, 0) }},
		"Dot":           {2, func(v [][]T) { kernels.Dot(v[0], v[1]) }},
		"SumSlices":     {4, func(v [][]T) { kernels.SumSlices(v[0], v[1:]) }},
		"SumSlicesAdd":  {4, func(v [][]T) { kernels.SumSlicesAdd(v[0], v[1:]) }},
		"MeanSlices":    {4, func(v [][]T) { kernels.MeanSlices(v[0], v[1:]) }},
		"MeanSlicesAdd": {4, func(v [][]T) { kernels.MeanSlicesAdd(v[0], v[1:]) }},
		"SGD":           {2, func(v [][]T) { kernels.SGD(v[0], v[1], kernels.SGDCoef[T]{Scale: 1, LR: 1}) }},
		"Momentum":      {3, func(v [][]T) { kernels.Momentum(v[0], v[1], v[2], kernels.MomentumCoef[T]{Scale: 1, LR: 1}) }},
		"Nesterov":      {3, func(v [][]T) { kernels.Nesterov(v[0], v[1], v[2], kernels.MomentumCoef[T]{Scale: 1, LR: 1}) }},
		"Adam":          {4, func(v [][]T) { kernels.Adam(v[0], v[1], v[2], v[3], kernels.AdamCoef[T]{Scale: 1, Step: 1}) }},
		"AMSGrad": {5, func(v [][]T) {
			kernels.AMSGrad(v[0], v[1], v[2], v[3], v[4], kernels.AdamCoef[T]{Scale: 1, Step: 1})
		}},
		"Adamax":          {4, func(v [][]T) { kernels.Adamax(v[0], v[1], v[2], v[3], kernels.AdamaxCoef[T]{Scale: 1, Step: 1}) }},
		"NAdam":           {4, func(v [][]T) { kernels.NAdam(v[0], v[1], v[2], v[3], kernels.NAdamCoef[T]{Scale: 1}) }},
		"AdamWarmup":      {4, func(v [][]T) { kernels.AdamWarmup(v[0], v[1], v[2], v[3], kernels.AdamCoef[T]{Scale: 1, Step: 1}) }},
		"Adagrad":         {3, func(v [][]T) { kernels.Adagrad(v[0], v[1], v[2], kernels.AdagradCoef[T]{Scale: 1, LR: 1}) }},
		"RMSprop":         {3, func(v [][]T) { kernels.RMSprop(v[0], v[1], v[2], kernels.RMSpropCoef[T]{Scale: 1}) }},
		"RMSpropMomentum": {4, func(v [][]T) { kernels.RMSpropMomentum(v[0], v[1], v[2], v[3], kernels.RMSpropCoef[T]{Scale: 1}) }},
		"RMSpropCentered": {4, func(v [][]T) { kernels.RMSpropCentered(v[0], v[1], v[2], v[3], kernels.RMSpropCoef[T]{Scale: 1}) }},
		"RMSpropCenteredMomentum": {5, func(v [][]T) {
			kernels.RMSpropCenteredMomentum(v[0], v[1], v[2], v[3], v[4], kernels.RMSpropCoef[T]{Scale: 1})
		}},
		"Adadelta": {4, func(v [][]T) { kernels.Adadelta(v[0], v[1], v[2], v[3], kernels.AdadeltaCoef[T]{Scale: 1, LR: 1}) }},
		"Lion":     {3, func(v [][]T) { kernels.Lion(v[0], v[1], v[2], kernels.LionCoef[T]{Scale: 1, LR: 1}) }},
		"LAMBDirection": {5, func(v [][]T) {
			kernels.LAMBDirection(v[0], v[1], v[2], v[3], v[4], kernels.LAMBCoef[T]{Scale: 1, Step: 1})
		}},
		"ScheduleFree": {4, func(v [][]T) {
			kernels.ScheduleFree(v[0], v[1], v[2], v[3], kernels.ScheduleFreeCoef[T]{Scale: 1, LR: 1})
		}},
	}
}

// matrixCalls are the public functions that reduce a matrix.
func matrixCalls[T kernels.Float]() map[string]func(dst, a []T, rows, stride int) {
	return map[string]func(dst, a []T, rows, stride int){
		"SumRows": kernels.SumRows[T], "SumRowsAdd": kernels.SumRowsAdd[T],
		"MeanRows": kernels.MeanRows[T], "MeanRowsAdd": kernels.MeanRowsAdd[T],
	}
}

// TestMisuseCoversAll fails when a function of several slices is in neither list.
func TestMisuseCoversAll(t *testing.T) {
	lengths, matrices := lengthCalls[float32](), matrixCalls[float32]()
	for name, slices := range publicFunctions(t) {
		_, vectors := lengths[name]
		_, matrix := matrices[name]
		if slices > 1 && !vectors && !matrix {
			t.Errorf("the misuse of %s is not tested", name)
		}
	}
}

// panicOf runs f and returns what it panicked with, "" if it did not.
func panicOf(f func()) (message string) {
	defer func() {
		if r := recover(); r != nil {
			message = fmt.Sprint(r)
		}
	}()
	f()
	return ""
}

// expectPanic fails unless f panics, with a message that names the kernel and the
// numbers, and before it has written to any of the slices.
func expectPanic[T kernels.Float](t *testing.T, kernel string, numbers []int, all [][]T, f func()) {
	t.Helper()
	for _, x := range all {
		for i := range x {
			x[i] = T(i + 1)
		}
	}
	message := panicOf(f)
	words := strings.FieldsFunc(message, func(r rune) bool { return strings.ContainsRune(" :,", r) })
	if !slices.Contains(words, kernel) {
		t.Errorf("%s panics with %q, which does not name it", kernel, message)
	}
	for _, n := range numbers {
		if !slices.Contains(words, fmt.Sprint(n)) {
			t.Errorf("%s panics with %q, which does not contain %d", kernel, message, n)
		}
	}
	for s, x := range all {
		for i := range x {
			if x[i] != T(i+1) {
				t.Fatalf("%s wrote to slice %d before it panicked", kernel, s)
			}
		}
	}
}

// TestUnequalLengths gives one slice after the other a length of its own.
func TestUnequalLengths(t *testing.T) {
	onEveryLevel(t, unequalLengths[float32], unequalLengths[float64])
}

func unequalLengths[T kernels.Float](t *testing.T) {
	for name, c := range lengthCalls[T]() {
		for odd := range c.slices {
			for _, n := range [][2]int{{70, 71}, {70, 69}, {70, 0}, {0, 70}, {3, 2000}} {
				v := make([][]T, c.slices)
				for i := range v {
					v[i] = make([]T, n[0], 3000) // capacity is no length
				}
				v[odd] = v[odd][:n[1]]
				expectPanic(t, name, n[:], v, func() { c.call(v) })
			}
		}
		equal := make([][]T, c.slices)
		for i := range equal {
			equal[i] = make([]T, 70)
		}
		if p := panicOf(func() { c.call(equal) }); p != "" {
			t.Errorf("%s of equal lengths panics with %q", name, p)
		}
	}
}

// TestUnfitMatrix gives the reductions of rows matrices that cannot be.
func TestUnfitMatrix(t *testing.T) { onEveryLevel(t, unfitMatrix[float32], unfitMatrix[float64]) }

func unfitMatrix[T kernels.Float](t *testing.T) {
	const half = 1 << (bits.UintSize / 2) // half * half overflows to 0
	for name, call := range matrixCalls[T]() {
		for _, c := range []struct {
			d, n, rows, stride int
			numbers            []int
		}{
			{10, 100, 3, 9, []int{9, 10}}, // rows would overlap
			{10, 100, 0, 9, []int{9, 10}},
			{1, 100, 3, 0, []int{0, 1}},
			{0, 100, 3, -1, []int{-1, 0}},
			{10, 100, 3, math.MinInt, []int{math.MinInt, 10}},
			{10, 100, -1, 10, []int{-1}},
			{10, 100, math.MinInt, 10, []int{math.MinInt}},
			{10, 9, 1, 10, []int{1, 10, 9}}, // one element short
			{10, 29, 3, 10, []int{3, 10, 29}},
			{10, 33, 3, 12, []int{3, 10, 12, 33}},
			{10, 0, 1, 10, []int{1, 10, 0}},
			{0, 7, 5, 2, []int{5, 0, 2, 7}}, // the last row begins behind the end
			{10, 100, math.MaxInt, 10, []int{math.MaxInt, 10, 100}},
			{10, 100, 2, math.MaxInt, []int{2, 10, math.MaxInt, 100}},
			{10, 100, math.MaxInt, math.MaxInt, []int{math.MaxInt, 10, 100}},
			{10, 100, half + 1, half, []int{half + 1, 10, half, 100}},
		} {
			dst, a := make([]T, c.d), make([]T, c.n, 3000)
			expectPanic(t, name, c.numbers, [][]T{dst, a}, func() { call(dst, a, c.rows, c.stride) })
		}
	}
}

// TestMeanOfNothing checks that a mean of no rows panics.
func TestMeanOfNothing(t *testing.T) {
	dst := make([]float32, 5)
	all := [][]float32{dst}
	expectPanic(t, "MeanRows", []int{0}, all, func() { kernels.MeanRows(dst, nil, 0, 5) })
	expectPanic(t, "MeanRowsAdd", []int{0}, all, func() { kernels.MeanRowsAdd(dst, nil, 0, 5) })
	expectPanic(t, "MeanSlices", []int{0}, all, func() { kernels.MeanSlices(dst, nil) })
	expectPanic(t, "MeanSlicesAdd", []int{0}, all, func() { kernels.MeanSlicesAdd(dst, nil) })
}
