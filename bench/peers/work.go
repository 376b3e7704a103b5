package main

import (
	"fmt"
	"math/rand/v2"

	"gonum.org/v1/gonum/blas"

	"github.com/seed63264101/steepest/kernels/gonumblas"
)

// work is a call of a BLAS routine, with its data.
type work struct {
	routine        string
	transA, transB bool
	m, n, k        int
	flops          float64
	thin           bool // its vectors are too short for any library: not in the mean

	a32, b32, c32 []float32
	a64, b64, c64 []float64
}

// String describes the work: "Sgemm TN 64x64x784".
func (w *work) String() string {
	letter := map[bool]string{false: "N", true: "T"}
	switch w.routine[1:] {
	case "gemm":
		return fmt.Sprintf("%s %s%s %dx%dx%d", w.routine, letter[w.transA], letter[w.transB], w.m, w.n, w.k)
	case "gemv":
		return fmt.Sprintf("%s %s %dx%d", w.routine, letter[w.transA], w.m, w.n)
	}
	return fmt.Sprintf("%s %d", w.routine, w.n)
}

// lda and ldb return the lengths of the factors' rows.
func (w *work) lda() int {
	if w.transA {
		return w.m
	}
	return w.k
}

func (w *work) ldb() int {
	if w.transB {
		return w.k
	}
	return w.n
}

// fill draws the data.
func (w *work) fill() {
	a, b, c := w.n, w.n, 0
	switch w.routine[1:] {
	case "gemm":
		a, b, c = w.m*w.k, w.k*w.n, w.m*w.n
	case "gemv":
		a, b, c = w.m*w.n, max(w.m, w.n), max(w.m, w.n)
	}
	r := rand.New(rand.NewPCG(1, 2))
	if w.routine[0] == 'S' {
		w.a32, w.b32, w.c32 = draw[float32](r, a), draw[float32](r, b), draw[float32](r, c)
	} else {
		w.a64, w.b64, w.c64 = draw[float64](r, a), draw[float64](r, b), draw[float64](r, c)
	}
}

func draw[T float32 | float64](r *rand.Rand, n int) []T {
	x := make([]T, n)
	for i := range x {
		x[i] = T(r.NormFloat64())
	}
	return x
}

// drop forgets the data.
func (w *work) drop() { w.a32, w.b32, w.c32, w.a64, w.b64, w.c64 = nil, nil, nil, nil, nil, nil }

// works lists everything that is measured.
func works() []*work {
	var all []*work
	for _, t := range []string{"S", "D"} {
		for _, n := range []int{16, 1024, 65536} {
			for _, routine := range []string{"axpy", "dot", "nrm2"} {
				all = append(all, &work{routine: t + routine, n: n, flops: 2 * float64(n)})
			}
		}
		for _, n := range []int{32, 256, 1000} {
			for _, trans := range []bool{false, true} {
				all = append(all, &work{routine: t + "gemv", transA: trans, m: n, n: n, flops: 2 * float64(n) * float64(n)})
			}
		}
		for _, trans := range [][2]bool{{false, false}, {true, false}, {false, true}} {
			for _, s := range [][3]int{{64, 64, 64}, {128, 128, 128}, {256, 256, 256}, {512, 512, 512}, {1024, 1024, 1024}, {2048, 2048, 2048},
				{64, 64, 784}, {128, 256, 784}, {784, 256, 128}, {64, 10, 256}, {1, 256, 784}} {
				thin := s[0] == 1 || s[1] == 10
				if thin && (trans[0] || trans[1]) || s[0] == 2048 && (trans[0] || trans[1]) {
					continue
				}
				all = append(all, &work{routine: t + "gemm", transA: trans[0], transB: trans[1], m: s[0], n: s[1], k: s[2],
					flops: 2 * float64(s[0]) * float64(s[1]) * float64(s[2]), thin: thin})
			}
		}
	}
	return all
}

// steepest does a piece of work so many times with this module.
func steepest(w *work, reps int) {
	lib := gonumblas.Implementation{}
	trans := map[bool]blas.Transpose{false: blas.NoTrans, true: blas.Trans}
	tA, tB := trans[w.transA], trans[w.transB]
	for range reps {
		switch w.routine {
		case "Saxpy":
			lib.Saxpy(w.n, 1e-6, w.a32, 1, w.b32, 1)
		case "Daxpy":
			lib.Daxpy(w.n, 1e-6, w.a64, 1, w.b64, 1)
		case "Sdot":
			sink += float64(lib.Sdot(w.n, w.a32, 1, w.b32, 1))
		case "Ddot":
			sink += lib.Ddot(w.n, w.a64, 1, w.b64, 1)
		case "Snrm2":
			sink += float64(lib.Snrm2(w.n, w.a32, 1))
		case "Dnrm2":
			sink += lib.Dnrm2(w.n, w.a64, 1)
		case "Sgemv":
			lib.Sgemv(tA, w.m, w.n, 1, w.a32, w.n, w.b32, 1, 0, w.c32, 1)
		case "Dgemv":
			lib.Dgemv(tA, w.m, w.n, 1, w.a64, w.n, w.b64, 1, 0, w.c64, 1)
		case "Sgemm":
			lib.Sgemm(tA, tB, w.m, w.n, w.k, 1, w.a32, w.lda(), w.b32, w.ldb(), 0, w.c32, w.n)
		case "Dgemm":
			lib.Dgemm(tA, tB, w.m, w.n, w.k, 1, w.a64, w.lda(), w.b64, w.ldb(), 0, w.c64, w.n)
		default:
			panic("peers: no call of " + w.routine)
		}
	}
}
