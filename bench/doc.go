// Package bench measures the kernels beside what else could do their work: a
// limit probe with the same streams and almost no arithmetic, the loop a Go
// programmer would write, and gonum.
//
// The benchmarks are named like BenchmarkAxpy/type=f32/n=4096/level=avx512, so
// that
//
//	go test -bench 'Axpy|Dot' ./bench
//	go test -bench 'Adam/type=f32' -count 10 ./bench | benchstat -col /level -
//
// select and compare them. Beside the levels of the machine, level is "naive"
// for the plain loop, "gonum", "avx512-limit" for a level's limit probe, and, for
// SumRows, "avx512-axpy" for the same sum by repeated Axpy.
//
// BenchmarkStep measures whole training steps of package optim: Adam, clipped by
// the norm, on the active level. Its limit is a probe that reads the gradients,
// and then Adam's; that of Step/unchecked, which is not clipped, Adam's alone. Step/workers=2 has "avx512-one-worker" beside it, and
// Step/tensors=1000, of a thousand parameters with a thousand elements each,
// "avx512-one-tensor", where one parameter has them all.
//
// BenchmarkGemm measures matrix products, Gemm/TN/64x64x784 for m=64, n=64, k=784 and
// the left factor transposed; their limit is as many multiply-adds and nothing else.
//
// BenchmarkTriangle measures products with symmetric and triangular matrices of n rows, and
// solutions, Triangle/Trsm/RLT/type=f32/n=256 with a lower triangle, transposed, to the right:
// beside "avx512-gemm", Gemm of whole matrices, and a limit as Gemm's.
//
// BenchmarkLinearGradient measures the gradient of a linear model by least squares,
// LinearGradient/256x512 for 256 rows of 512 features, beside "avx512-two-passes", a level's
// Gemv and GemvT over the whole batch.
//
// BenchmarkCrossEntropy measures the cross-entropy of 512 rows of 10 classes and its gradient,
// CrossEntropy/512x10.
//
// BenchmarkNormalize measures moments and normalisation, LayerNorm/256x1024 for 256 rows of
// 1024 columns.
//
// BenchmarkBLAS measures the routines of package kernels/gonumblas as gonum calls
// them, on the active level, beside gonum's own: BLAS/Saxpy/type=f32/n=16, and
// BLAS/Saxpy/inc=2/type=f32/n=16 for vectors with a stride.
//
// Benchmarks of one run follow each other over minutes, in which the machine may
// change its pace. Package bench/report measures the same cases interleaved and
// prints ratios. Package bench/gonum does so with what gonum's packages do on the kernels
// as their BLAS.
//
// The package itself holds the cases: Specs lists them from the kernels' table,
// so a kernel is measured by being in the catalog, and its Benchmark function is
// generated. What it may need besides is a plain loop in the table of func naive, if
// its family is none of plainFamilies, and a value for a coefficient in data.go; the tests say so
// where one is missing.
package bench
