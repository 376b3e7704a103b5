package parallel_test

import (
	"math"
	"math/rand/v2"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/kerneltest"
	"github.com/seed63264101/steepest/kernels/parallel"
)

// somePools returns the shared pool and those of 1 to most goroutines, of which a third is
// enough on other machines: how work is divided is the same there.
func somePools(t *testing.T, most int) []*parallel.Pool {
	step := 1
	if testing.Short() {
		step = 3
	}
	pools := []*parallel.Pool{parallel.Shared()}
	for workers := 1; workers <= most; workers += step {
		pool := parallel.New(workers)
		t.Cleanup(pool.Close)
		pools = append(pools, pool)
	}
	return pools
}

// TestGemm compares products on 1 to 8 goroutines with those on one: C in pieces across,
// downwards, both, and in one piece with k alone large.
func TestGemm(t *testing.T) {
	t.Run("type=f32", testGemm[float32])
	t.Run("type=f64", testGemm[float64])
}

func testGemm[T kernels.Float](t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	shapes := [][3]int{{300, 700, 60}, {1500, 40, 130}, {40, 1500, 130}, {30, 20, 8000}, {1, 1, 4300000}, {400, 400, 300}, {7, 90, 7000}}
	if testing.Short() {
		shapes = shapes[:1]
	}
	pools := somePools(t, 8)
	for i, s := range shapes {
		for _, values := range []kerneltest.Values{kerneltest.Normal, []kerneltest.Values{kerneltest.Special, kerneltest.Small}[i%2]} {
			m, n, k := s[0], s[1], s[2]
			transA, transB := kernels.Transpose(r.IntN(2) == 0), kernels.Transpose(r.IntN(2) == 0)
			alpha, beta := []T{1, -1, 0.5}[r.IntN(3)], []T{0, 1, -2}[r.IntN(3)]
			draw := kerneltest.Draw[T](values, r)
			matrix := func(rows, columns int) ([]T, int) {
				stride := columns + r.IntN(3)
				x := make([]T, rows*stride)
				for i := range x {
					x[i] = draw()
				}
				return x, stride
			}
			if m*n == 1 || k > 4096 && values == kerneltest.Special {
				transA, transB = kernels.NoTrans, kernels.Trans // whatever: NaN is all that such sums become
			}
			rowsA, rowsB := [2]int{m, k}, [2]int{k, n}
			if transA {
				rowsA = [2]int{k, m}
			}
			if transB {
				rowsB = [2]int{n, k}
			}
			a, lda := matrix(rowsA[0], rowsA[1])
			b, ldb := matrix(rowsB[0], rowsB[1])
			c, ldc := matrix(m, n)
			want := append([]T(nil), c...)
			kernels.Gemm(transA, transB, m, n, k, alpha, a, lda, b, ldb, beta, want, ldc)
			for i, pool := range pools {
				got := append([]T(nil), c...)
				parallel.Gemm(pool, transA, transB, m, n, k, alpha, a, lda, b, ldb, beta, got, ldc)
				for q := range want {
					if !kerneltest.Same(got[q], want[q]) {
						t.Fatalf("%dx%dx%d transA=%v transB=%v alpha=%v beta=%v, pool %d: c[%d] = %v (%x), want %v (%x)",
							m, n, k, transA, transB, alpha, beta, i, q, got[q], float64(got[q]), want[q], float64(want[q]))
					}
				}
			}
		}
	}
}

// counter is a job that notes who worked on it.
type counter struct {
	next, calls atomic.Int64
	items       int64
	done        []atomic.Int64
	seen        sync.Map
}

func (c *counter) Work(number int) {
	if _, twice := c.seen.LoadOrStore(number, true); twice {
		panic("the same number twice")
	}
	c.calls.Add(1)
	for {
		i := c.next.Add(1) - 1
		if i >= c.items {
			return
		}
		c.done[i].Add(1)
		runtime.Gosched()
	}
}

// TestRun: every item once, never more goroutines than asked for, one after Close.
func TestRun(t *testing.T) {
	run := func(p *parallel.Pool, workers int) int64 {
		c := &counter{items: 100, done: make([]atomic.Int64, 100)}
		p.Run(c, workers)
		for i := range c.done {
			if n := c.done[i].Load(); n != 1 {
				t.Fatalf("item %d was done %d times", i, n)
			}
		}
		return c.calls.Load()
	}
	p := parallel.New(4)
	for _, c := range []struct{ workers, want int64 }{{1, 1}, {2, 2}, {4, 4}, {9, 4}, {3, 3}, {0, 1}} {
		if got := run(p, int(c.workers)); got != c.want {
			t.Errorf("%d goroutines asked for, %d worked, want %d", c.workers, got, c.want)
		}
	}
	// Several callers at a time: nothing is lost.
	var callers sync.WaitGroup
	for range 8 {
		callers.Go(func() {
			for range 200 {
				run(p, 4)
			}
		})
	}
	callers.Wait()
	p.Close()
	p.Close()
	if got := run(p, 4); got != 1 {
		t.Errorf("%d goroutines worked after Close", got)
	}
	parallel.Shared().Close()
	if most := int64(runtime.GOMAXPROCS(0)); run(parallel.Shared(), 100) != most {
		t.Errorf("the shared pool is not of %d goroutines", most)
	}
}

// TestClose: a pool starts its goroutines with the first job, and Close ends them: the
// bubble does not end before its goroutines have, and fails if they wait for ever.
func TestClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := parallel.New(5)
		if n := p.Started(); n != 0 {
			t.Errorf("%d goroutines before the first job", n)
		}
		p.Run(&counter{items: 10, done: make([]atomic.Int64, 10)}, 5)
		if n := p.Started(); n != 4 {
			t.Errorf("%d goroutines help, want 4", n)
		}
		p.Close()
	})
}

// TestNoAllocation: products on several goroutines allocate nothing, once they have.
func TestNoAllocation(t *testing.T) {
	p := parallel.New(2)
	defer p.Close()
	for _, s := range [][3]int{{300, 300, 300}, {10, 10, 100000}} {
		m, n, k := s[0], s[1], s[2]
		a, b, c := make([]float32, m*k), make([]float32, k*n), make([]float32, m*n)
		call := func() {
			parallel.Gemm(p, kernels.NoTrans, kernels.NoTrans, m, n, k, 1, a, k, b, n, 0, c, n)
		}
		call()
		if allocs := kerneltest.Allocations(20, call); allocs != 0 {
			t.Errorf("%v: %v allocations in a call", s, allocs)
		}
	}
}

// TestMisuse: what kernels.Gemm panics with, before anything is written.
func TestMisuse(t *testing.T) {
	const n = 200
	a, c := make([]float64, n*n), make([]float64, n*n)
	c[0] = 3
	defer func() {
		if r, ok := recover().(string); !ok || !strings.Contains(r, "Gemm") || !strings.Contains(r, "39999") {
			t.Errorf("panics with %v", r)
		}
		if c[0] != 3 {
			t.Errorf("wrote %v", c[0])
		}
	}()
	parallel.Gemm(parallel.New(2), kernels.NoTrans, kernels.NoTrans, n, n, n, 1, a, n, a[1:], n, math.Inf(1), c, n)
}
