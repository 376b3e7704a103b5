package main

/*
#cgo LDFLAGS: -ldl
#include <dlfcn.h>
#include <stdlib.h>

// The C interface to BLAS, with row-major order.
typedef struct {
	void (*saxpy)(int, float, const float *, int, float *, int);
	void (*daxpy)(int, double, const double *, int, double *, int);
	float (*sdot)(int, const float *, int, const float *, int);
	double (*ddot)(int, const double *, int, const double *, int);
	float (*snrm2)(int, const float *, int);
	double (*dnrm2)(int, const double *, int);
	void (*sgemv)(int, int, int, int, float, const float *, int, const float *, int, float, float *, int);
	void (*dgemv)(int, int, int, int, double, const double *, int, const double *, int, double, double *, int);
	void (*sgemm)(int, int, int, int, int, int, float, const float *, int, const float *, int, float, float *, int);
	void (*dgemm)(int, int, int, int, int, int, double, const double *, int, const double *, int, double, double *, int);
	void (*threads)(int);
	char *(*core)(void);
	int (*arch)(void);
	char *(*name)(int);
} blas;

static int symbol(void *library, const char *name, void *at) {
	*(void **)at = dlsym(library, name);
	return *(void **)at != NULL;
}

// load fills in a library's functions, and returns what is wrong, or NULL.
static const char *load(const char *path, blas *b) {
	void *l = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	if (l == NULL) return dlerror();
	int ok = symbol(l, "cblas_saxpy", &b->saxpy) & symbol(l, "cblas_daxpy", &b->daxpy) &
		symbol(l, "cblas_sdot", &b->sdot) & symbol(l, "cblas_ddot", &b->ddot) &
		symbol(l, "cblas_snrm2", &b->snrm2) & symbol(l, "cblas_dnrm2", &b->dnrm2) &
		symbol(l, "cblas_sgemv", &b->sgemv) & symbol(l, "cblas_dgemv", &b->dgemv) &
		symbol(l, "cblas_sgemm", &b->sgemm) & symbol(l, "cblas_dgemm", &b->dgemm);
	if (!ok) return "it lacks a function of the C interface to BLAS";
	symbol(l, "openblas_set_num_threads", &b->threads);
	symbol(l, "openblas_get_corename", &b->core);
	symbol(l, "bli_arch_query_id", &b->arch);
	symbol(l, "bli_arch_string", &b->name);
	if (b->threads == NULL) symbol(l, "bli_thread_set_num_threads", &b->threads);
	if (b->threads == NULL) return "it does not let the number of threads be set";
	return NULL;
}

static const char *core(blas *b) {
	if (b->core != NULL) return b->core();
	if (b->arch != NULL && b->name != NULL) return b->name(b->arch());
	return "unknown";
}
static void threads(blas *b, int n) { b->threads(n); }

// The loops are in C: a call from Go costs more than some of the work.
static void saxpy(blas *b, int reps, int n, float *x, float *y) { while (reps-- > 0) b->saxpy(n, 1e-6f, x, 1, y, 1); }
static void daxpy(blas *b, int reps, int n, double *x, double *y) { while (reps-- > 0) b->daxpy(n, 1e-6, x, 1, y, 1); }
static double sdot(blas *b, int reps, int n, float *x, float *y) { double r = 0; while (reps-- > 0) r += b->sdot(n, x, 1, y, 1); return r; }
static double ddot(blas *b, int reps, int n, double *x, double *y) { double r = 0; while (reps-- > 0) r += b->ddot(n, x, 1, y, 1); return r; }
static double snrm2(blas *b, int reps, int n, float *x) { double r = 0; while (reps-- > 0) r += b->snrm2(n, x, 1); return r; }
static double dnrm2(blas *b, int reps, int n, double *x) { double r = 0; while (reps-- > 0) r += b->dnrm2(n, x, 1); return r; }
static void sgemv(blas *b, int reps, int t, int m, int n, float *a, float *x, float *y) {
	while (reps-- > 0) b->sgemv(101, t ? 112 : 111, m, n, 1, a, n, x, 1, 0, y, 1);
}
static void dgemv(blas *b, int reps, int t, int m, int n, double *a, double *x, double *y) {
	while (reps-- > 0) b->dgemv(101, t ? 112 : 111, m, n, 1, a, n, x, 1, 0, y, 1);
}
static void sgemm(blas *b, int reps, int ta, int tb, int m, int n, int k, float *x, int ldx, float *y, int ldy, float *c) {
	while (reps-- > 0) b->sgemm(101, ta ? 112 : 111, tb ? 112 : 111, m, n, k, 1, x, ldx, y, ldy, 0, c, n);
}
static void dgemm(blas *b, int reps, int ta, int tb, int m, int n, int k, double *x, int ldx, double *y, int ldy, double *c) {
	while (reps-- > 0) b->dgemm(101, ta ? 112 : 111, tb ? 112 : 111, m, n, k, 1, x, ldx, y, ldy, 0, c, n);
}
*/
import "C"

import (
	"fmt"
	"unsafe"
)

// library is a BLAS in a shared object.
type library struct {
	name string
	b    *C.blas
}

// load opens a library by the name that the system's linker knows.
func load(name, file string) (*library, error) {
	path := C.CString(file)
	defer C.free(unsafe.Pointer(path))
	b := (*C.blas)(C.calloc(1, C.sizeof_blas))
	if text := C.load(path, b); text != nil {
		return nil, fmt.Errorf("%s: %s", name, C.GoString(text))
	}
	return &library{name, b}, nil
}

// core returns the processor whose kernels the library runs.
func (l *library) core() string { return C.GoString(C.core(l.b)) }

// threads sets how many threads the library may use.
func (l *library) threads(n int) { C.threads(l.b, C.int(n)) }

func f32(x []float32) *C.float  { return (*C.float)(&x[0]) }
func f64(x []float64) *C.double { return (*C.double)(&x[0]) }

func truth(b bool) C.int {
	if b {
		return 1
	}
	return 0
}

// run does a piece of work so many times.
func (l *library) run(w *work, reps int) {
	r, m, n, k := C.int(reps), C.int(w.m), C.int(w.n), C.int(w.k)
	switch w.routine {
	case "Saxpy":
		C.saxpy(l.b, r, n, f32(w.a32), f32(w.b32))
	case "Daxpy":
		C.daxpy(l.b, r, n, f64(w.a64), f64(w.b64))
	case "Sdot":
		sink += float64(C.sdot(l.b, r, n, f32(w.a32), f32(w.b32)))
	case "Ddot":
		sink += float64(C.ddot(l.b, r, n, f64(w.a64), f64(w.b64)))
	case "Snrm2":
		sink += float64(C.snrm2(l.b, r, n, f32(w.a32)))
	case "Dnrm2":
		sink += float64(C.dnrm2(l.b, r, n, f64(w.a64)))
	case "Sgemv":
		C.sgemv(l.b, r, truth(w.transA), m, n, f32(w.a32), f32(w.b32), f32(w.c32))
	case "Dgemv":
		C.dgemv(l.b, r, truth(w.transA), m, n, f64(w.a64), f64(w.b64), f64(w.c64))
	case "Sgemm":
		C.sgemm(l.b, r, truth(w.transA), truth(w.transB), m, n, k, f32(w.a32), C.int(w.lda()), f32(w.b32), C.int(w.ldb()), f32(w.c32))
	case "Dgemm":
		C.dgemm(l.b, r, truth(w.transA), truth(w.transB), m, n, k, f64(w.a64), C.int(w.lda()), f64(w.b64), C.int(w.ldb()), f64(w.c64))
	default:
		panic("peers: no call of " + w.routine)
	}
}

// sink keeps the results.
var sink float64
