package main

/*
#include <dlfcn.h>
#include <immintrin.h>
#include <stdlib.h>

// What a library calls on one vector. The loops are in C, as its users' are.
typedef void *function;

__attribute__((target("avx2"))) static void avx2_32(function f, int reps, int n, const float *x, float *y) {
	__m256 (*g)(__m256) = (__m256 (*)(__m256))f;
	while (reps-- > 0) for (int i = 0; i < n; i += 8) _mm256_storeu_ps(y + i, g(_mm256_loadu_ps(x + i)));
}
__attribute__((target("avx2"))) static void avx2_64(function f, int reps, int n, const double *x, double *y) {
	__m256d (*g)(__m256d) = (__m256d (*)(__m256d))f;
	while (reps-- > 0) for (int i = 0; i < n; i += 4) _mm256_storeu_pd(y + i, g(_mm256_loadu_pd(x + i)));
}
__attribute__((target("avx512f"))) static void avx512_32(function f, int reps, int n, const float *x, float *y) {
	__m512 (*g)(__m512) = (__m512 (*)(__m512))f;
	while (reps-- > 0) for (int i = 0; i < n; i += 16) _mm512_storeu_ps(y + i, g(_mm512_loadu_ps(x + i)));
}
__attribute__((target("avx512f"))) static void avx512_64(function f, int reps, int n, const double *x, double *y) {
	__m512d (*g)(__m512d) = (__m512d (*)(__m512d))f;
	while (reps-- > 0) for (int i = 0; i < n; i += 8) _mm512_storeu_pd(y + i, g(_mm512_loadu_pd(x + i)));
}
*/
import "C"

import (
	"fmt"
	"unsafe"

	"github.com/seed63264101/steepest/kernels"
)

// vectorLibrary is a library of functions of one vector register.
type vectorLibrary struct {
	name, file string
	// symbol returns what it calls a function, by C's name of the one of a double, for so
	// many elements of 4 or 8 bytes.
	symbol func(function string, level kernels.Level, size, lanes int) string
	handle unsafe.Pointer
}

// vectorLibraries are SLEEF, in its form with an error of at most 1 ulp, and glibc's
// libmvec, which allows itself 4.
func vectorLibraries() []*vectorLibrary {
	return []*vectorLibrary{
		{name: "SLEEF", file: "libsleef.so.3", symbol: func(function string, level kernels.Level, size, lanes int) string {
			letter := map[int]string{4: "f", 8: "d"}[size]
			set := map[kernels.Level]string{kernels.AVX2: "avx2", kernels.AVX512: "avx512f"}[level]
			return fmt.Sprintf("Sleef_%s%s%d_u10%s", function, letter, lanes, set)
		}},
		{name: "libmvec", file: "libmvec.so.1", symbol: func(function string, level kernels.Level, size, lanes int) string {
			letter := map[int]string{4: "f", 8: ""}[size]
			set := map[kernels.Level]string{kernels.AVX2: "d", kernels.AVX512: "e"}[level]
			return fmt.Sprintf("_ZGV%sN%dv_%s%s", set, lanes, function, letter)
		}},
	}
}

// open loads the library.
func (l *vectorLibrary) open() error {
	file := C.CString(l.file)
	defer C.free(unsafe.Pointer(file))
	if l.handle = C.dlopen(file, C.RTLD_NOW|C.RTLD_LOCAL); l.handle == nil {
		return fmt.Errorf("%s: %s", l.name, C.GoString(C.dlerror()))
	}
	return nil
}

// bind returns a function that computes y from x so many times with the library's form for
// the level, or nil where it has none.
func bind[T kernels.Float](l *vectorLibrary, function string, level kernels.Level, y, x []T) func(reps int) {
	size := int(unsafe.Sizeof(T(0)))
	lanes := map[kernels.Level]int{kernels.AVX2: 32, kernels.AVX512: 64}[level] / size
	if lanes == 0 || len(x)%lanes != 0 {
		return nil
	}
	name := C.CString(l.symbol(function, level, size, lanes))
	defer C.free(unsafe.Pointer(name))
	f := C.function(C.dlsym(l.handle, name))
	if f == nil {
		return nil
	}
	n, from, to := C.int(len(x)), unsafe.Pointer(&x[0]), unsafe.Pointer(&y[0])
	switch wide := level == kernels.AVX512; {
	case wide && size == 4:
		return func(reps int) { C.avx512_32(f, C.int(reps), n, (*C.float)(from), (*C.float)(to)) }
	case wide:
		return func(reps int) { C.avx512_64(f, C.int(reps), n, (*C.double)(from), (*C.double)(to)) }
	case size == 4:
		return func(reps int) { C.avx2_32(f, C.int(reps), n, (*C.float)(from), (*C.float)(to)) }
	}
	return func(reps int) { C.avx2_64(f, C.int(reps), n, (*C.double)(from), (*C.double)(to)) }
}
