package parallel_test

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/kerneltest"
	"github.com/seed63264101/steepest/kernels/parallel"
)

// on makes a call on a pool.
func on[T kernels.Float](pool *parallel.Pool, p *kerneltest.TriangleCall[T]) {
	a, b, c := p.A, p.B, p.C
	switch p.Name {
	case "Symm":
		parallel.Symm(pool, p.Side, p.Uplo, p.M, p.N, p.Alpha, a.X, a.Stride, b.X, b.Stride, p.Beta, c.X, c.Stride)
	case "Syrk":
		parallel.Syrk(pool, p.Uplo, p.Trans, p.M, p.N, p.Alpha, a.X, a.Stride, p.Beta, c.X, c.Stride)
	case "Syr2k":
		parallel.Syr2k(pool, p.Uplo, p.Trans, p.M, p.N, p.Alpha, a.X, a.Stride, b.X, b.Stride, p.Beta, c.X, c.Stride)
	case "Trmm":
		parallel.Trmm(pool, p.Side, p.Uplo, p.Trans, p.Diag, p.M, p.N, p.Alpha, a.X, a.Stride, b.X, b.Stride)
	case "Trsm":
		parallel.Trsm(pool, p.Side, p.Uplo, p.Trans, p.Diag, p.M, p.N, p.Alpha, a.X, a.Stride, b.X, b.Stride)
	default:
		panic("no parallel " + p.Name)
	}
}

// triangleSizes returns sizes of a call that are worth several goroutines: pieces of columns
// or rows, or of a triangle, the last one smaller.
func triangleSizes[T kernels.Float](p kerneltest.TriangleCall[T]) [][2]int {
	switch {
	case strings.HasPrefix(p.Name, "Syr"):
		return [][2]int{{290, 130}, {560, 40}}
	case p.Side == kernels.Right:
		return [][2]int{{1100, 95}, {240, 210}}
	}
	return [][2]int{{95, 1100}, {210, 240}}
}

// TestTriangles compares calls on 1 to 8 goroutines with those on one, with every option.
// What is not to be read is NaN, and stays.
func TestTriangles(t *testing.T) {
	t.Run("type=f32", testTriangles[float32])
	t.Run("type=f64", testTriangles[float64])
}

func testTriangles[T kernels.Float](t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	pools := somePools(t, 8)
	for _, routine := range kerneltest.TriangleRoutines {
		if routine.Vector {
			continue
		}
		for i, options := range kerneltest.TriangleOptions[T](routine) {
			if (testing.Short() || kernels.ActiveLevel() == kernels.Generic) && r.IntN(4) > 0 {
				continue // plain Go takes its time
			}
			sizes := triangleSizes(options)
			size := sizes[i%len(sizes)]
			p := options.Sized(size[0], size[1], kerneltest.Heap[T](0), func() int { return r.IntN(4) })
			p.Draw(r.IntN, kerneltest.Draw[T]([]kerneltest.Values{kerneltest.Normal, kerneltest.Small}[i%2], r))
			p.Alpha, p.Beta = []T{1, -1, 0.75}[r.IntN(3)], []T{0, 1, -0.75}[r.IntN(3)]
			p.Fill(T(math.NaN()))
			before, want := p.Clone(), p.Clone()
			want.Public()
			for workers, pool := range pools {
				p.Restore(before)
				on(pool, p)
				if err := p.Compare(before, want); err != nil {
					t.Fatalf("pool %d: %v", workers, err)
				}
			}
		}
	}
}

// TestTriangleMisuse: what the functions of package kernels panic with, before anything is
// written, for arguments that are wrong and sizes that are worth several goroutines.
func TestTriangleMisuse(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	pool := parallel.New(2)
	defer pool.Close()
	for _, routine := range kerneltest.TriangleRoutines {
		if routine.Vector {
			continue
		}
		for _, options := range kerneltest.TriangleOptions[float64](routine) {
			size := triangleSizes(options)[0]
			fine := options.Sized(size[0], size[1], kerneltest.Heap[float64](0), func() int { return 1 })
			fine.Draw(r.IntN, func() float64 { return 1 })
			fine.Alpha = 2
			for _, which := range []func(p *kerneltest.TriangleCall[float64]) *kerneltest.Operand[float64]{
				func(p *kerneltest.TriangleCall[float64]) *kerneltest.Operand[float64] { return &p.A },
				func(p *kerneltest.TriangleCall[float64]) *kerneltest.Operand[float64] { return &p.B },
				func(p *kerneltest.TriangleCall[float64]) *kerneltest.Operand[float64] { return &p.C },
			} {
				if which(fine).Rows == 0 {
					continue
				}
				for _, change := range []func(p *kerneltest.TriangleCall[float64]){
					func(p *kerneltest.TriangleCall[float64]) { which(p).X = which(p).X[:len(which(p).X)-1] },
					func(p *kerneltest.TriangleCall[float64]) { which(p).Stride = which(p).Columns - 1 },
					func(p *kerneltest.TriangleCall[float64]) { which(p).Stride = math.MaxInt / 2 },
					func(p *kerneltest.TriangleCall[float64]) { p.M, p.N = -p.M, -p.N },
				} {
					p := fine.Clone()
					change(p)
					before := p.Clone()
					func() {
						defer func() {
							if text, ok := recover().(string); !ok || !strings.Contains(text, "kernels: "+p.Name+":") {
								t.Errorf("%v panics with %v", p, text)
							}
						}()
						on(pool, p)
					}()
					for i, o := range []kerneltest.Operand[float64]{p.A, p.B, p.C} {
						for at, x := range o.X {
							if y := []kerneltest.Operand[float64]{before.A, before.B, before.C}[i].X[at]; x != y {
								t.Fatalf("%v writes %v", p, x)
							}
						}
					}
				}
			}
		}
	}
}

// TestTriangleNoAllocation: calls on several goroutines allocate nothing, once they have.
func TestTriangleNoAllocation(t *testing.T) {
	pool := parallel.New(2)
	defer pool.Close()
	for _, routine := range kerneltest.TriangleRoutines {
		if routine.Vector {
			continue
		}
		options := kerneltest.TriangleOptions[float32](routine)[0]
		size := triangleSizes(options)[0]
		p := options.Sized(size[0], size[1], kerneltest.Heap[float32](0), func() int { return 0 })
		p.Alpha = 1
		on(pool, p)
		if allocs := kerneltest.Allocations(5, func() { on(pool, p) }); allocs != 0 {
			t.Errorf("%v: %v allocations in a call", p, allocs)
		}
	}
}
