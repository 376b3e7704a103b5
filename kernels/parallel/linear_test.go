package parallel_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/kerneltest"
	"github.com/seed63264101/steepest/kernels/parallel"
)

// TestLinearGradient compares gradients on 1 to 5 goroutines with those on one: all pieces
// at once, in several turns, and too small a batch.
func TestLinearGradient(t *testing.T) {
	t.Run("type=f32", testLinear[float32])
	t.Run("type=f64", testLinear[float64])
}

func testLinear[T kernels.Float](t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	pools := somePools(t, 5)
	shapes := [][2]int{{100, 20}, {257, 1030}, {1024, 300}, {2300, 600}, {1500, 100000}}
	if testing.Short() {
		shapes = shapes[:3]
	}
	for i, s := range shapes {
		rows, features := s[0], s[1]
		for _, loss := range []kernels.LinearLoss{kernels.LeastSquares, kernels.Logistic} {
			draw := kerneltest.Draw[T](kerneltest.Normal, r)
			vector := func(n int) []T {
				x := make([]T, n)
				for i := range x {
					x[i] = draw()
				}
				return x
			}
			stride := features + i%3
			x, w, targets, grad := vector(rows*stride), vector(features), vector(rows), vector(features)
			want := slices.Clone(grad)
			wantValue, wantBias := kernels.LinearGradient(want, x, stride, w, 0.5, targets, loss, 0.01)
			for i, pool := range pools {
				got := slices.Clone(grad)
				value, bias := parallel.LinearGradient(pool, got, x, stride, w, 0.5, targets, loss, 0.01)
				if value != wantValue || bias != wantBias {
					t.Fatalf("%dx%d, loss %d, pool %d: %v and %v, want %v and %v", rows, features, loss, i, value, bias, wantValue, wantBias)
				}
				for j := range want {
					if !kerneltest.Same(got[j], want[j]) {
						t.Fatalf("%dx%d, loss %d, pool %d: grad[%d] = %v, want %v", rows, features, loss, i, j, got[j], want[j])
					}
				}
			}
		}
	}
}

// TestLinearMisuse: what kernels.LinearGradient panics with, before anything is written.
func TestLinearMisuse(t *testing.T) {
	const rows, features = 1000, 1000
	x, w, grad, targets := make([]float32, rows*features), make([]float32, features), make([]float32, features), make([]float32, rows)
	for i := range w {
		x[i], targets[i] = 1, 1
	}
	pool := parallel.New(2)
	defer pool.Close()
	for _, call := range []func(){
		func() { parallel.LinearGradient(pool, grad[1:], x, features, w, 0, targets, 0, 1) },
		func() { parallel.LinearGradient(pool, grad, x[1:], features, w, 0, targets, 0, 1) },
		func() { parallel.LinearGradient(pool, grad, x, features-1, w, 0, targets, 0, 1) },
		func() { parallel.LinearGradient(pool, grad, x, features, w, 0, targets, 2, 1) },
	} {
		func() {
			defer func() {
				if text, ok := recover().(string); !ok || !strings.Contains(text, "kernels: LinearGradient:") {
					t.Errorf("panics with %v", text)
				}
			}()
			call()
		}()
		for j, g := range grad {
			if g != 0 {
				t.Fatalf("wrote grad[%d] = %v", j, g)
			}
		}
	}
}

// TestLinearNoAllocation: gradients on several goroutines allocate nothing, once they have.
func TestLinearNoAllocation(t *testing.T) {
	pool := parallel.New(2)
	defer pool.Close()
	const rows, features = 1000, 500
	x, w, grad, targets := make([]float32, rows*features), make([]float32, features), make([]float32, features), make([]float32, rows)
	call := func() {
		parallel.LinearGradient(pool, grad, x, features, w, 0, targets, kernels.LeastSquares, 1)
	}
	call()
	if allocs := kerneltest.Allocations(20, call); allocs != 0 {
		t.Errorf("%v allocations in a call", allocs)
	}
}
