// Reference writes correctly rounded float32 values of the vector functions, for the
// package above: make functions-table compiles it, with MPFR, and runs it, for some
// minutes. The tests read what it wrote, and need neither it nor MPFR.
//
// Every one of the 2^32 inputs is evaluated in double. The double decides the float32 it
// rounds to, unless a rounding boundary lies within MARGIN of it, relatively: there MPFR
// decides. That is sound while the C library errs by less than MARGIN, and a sample in
// every block proves more than that: its error is below SLACK, and MPFR agrees.
#include <math.h>
#include <mpfr.h>
#include <omp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MARGIN 0x1p-44
#define SLACK 0x1p-49
#define PRECISION 300      // bits of MPFR's values
#define BLOCK (1u << 20)   // inputs with a hash of their own
#define BLOCKS 4096u       // of a function
#define PROOFS 32          // inputs of a block that MPFR evaluates besides
#define CAPACITY (1u << 16) // cases of a function at most

static double sigmoid(double x) { return 1 / (1 + exp(-x)); }

static int mpfr_sigmoid(mpfr_ptr y, mpfr_srcptr x, mpfr_rnd_t r) {
	mpfr_neg(y, x, r);
	mpfr_exp(y, y, r);
	mpfr_add_ui(y, y, 1, r);
	return mpfr_ui_div(y, 1, y, r);
}

typedef struct {
	const char *name;
	double (*quick)(double);
	int (*exact)(mpfr_ptr, mpfr_srcptr, mpfr_rnd_t);
} function;

static const function functions[] = {
	{"Exp", exp, mpfr_exp},
	{"Exp2", exp2, mpfr_exp2},
	{"Expm1", expm1, mpfr_expm1},
	{"Log", log, mpfr_log},
	{"Log1p", log1p, mpfr_log1p},
	{"Tanh", tanh, mpfr_tanh},
	{"Sigmoid", sigmoid, mpfr_sigmoid},
	{"Erf", erf, mpfr_erf},
};
#define COUNT (sizeof functions / sizeof *functions)

static float number(uint32_t bits) { float x; memcpy(&x, &bits, 4); return x; }
static uint32_t bitsof(float x) { uint32_t b; memcpy(&b, &x, 4); return isnan(x) ? 0x7fc00000 : b; }

static _Noreturn void fail(const function *f, uint32_t x, const char *what) {
	fprintf(stderr, "reference: %s of %a = 0x%08x: %s\n", f->name, number(x), x, what);
	exit(1);
}

// evaluate sets y to f(x) in many bits.
static void evaluate(const function *f, uint32_t x, mpfr_ptr y) {
	mpfr_t t;
	mpfr_init2(t, PRECISION);
	mpfr_set_flt(t, number(x), MPFR_RNDN);
	f->exact(y, t, MPFR_RNDN);
	mpfr_clear(t);
}

// correct returns the bits of f(x), rounded to nearest, by MPFR alone.
static uint32_t correct(const function *f, uint32_t x) {
	if (isnan(number(x))) return 0x7fc00000;
	mpfr_t y;
	mpfr_init2(y, PRECISION);
	evaluate(f, x, y);
	uint32_t r = bitsof(mpfr_get_flt(y, MPFR_RNDN));
	mpfr_clear(y);
	return r;
}

// distance returns how far the boundary between two neighbours is from f(x), relatively.
static double distance(const function *f, uint32_t x, float a, float b) {
	mpfr_t y, m;
	mpfr_init2(y, PRECISION);
	mpfr_init2(m, PRECISION);
	evaluate(f, x, y);
	mpfr_set_d(m, isinf(a) || isinf(b) ? copysign(0x1.ffffffp127, a) : ((double)a + b) / 2, MPFR_RNDN);
	mpfr_sub(m, m, y, MPFR_RNDN);
	mpfr_div(m, m, y, MPFR_RNDN);
	double d = fabs(mpfr_get_d(m, MPFR_RNDN));
	mpfr_clear(y);
	mpfr_clear(m);
	return d;
}

// prove checks the double against MPFR's value, unless either is past double's range.
static void prove(const function *f, uint32_t x, uint32_t got) {
	double d = f->quick(number(x));
	if (correct(f, x) != got) fail(f, x, "MPFR rounds otherwise");
	if (!isnormal(d)) return;
	mpfr_t y;
	mpfr_init2(y, PRECISION);
	evaluate(f, x, y);
	mpfr_sub_d(y, y, d, MPFR_RNDN);
	if (fabs(mpfr_get_d(y, MPFR_RNDN)) > fabs(d) * SLACK) fail(f, x, "the C library's double is too far off");
	mpfr_clear(y);
}

// kind tells regions apart whose edges are worth a test.
static int kind(uint32_t x, uint32_t y) {
	float v = number(y);
	if (y == x) return 1;
	if (fabsf(v) == 1 || v == 0.5f) return 2;
	return 16 + fpclassify(v);
}

static uint64_t mix(uint64_t z) { // one number of splitmix64
	z += 0x9e3779b97f4a7c15;
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

// A table is what is known of one function.
typedef struct {
	uint32_t count, near, edges;
	uint32_t cases[CAPACITY];
	uint64_t hashes[BLOCKS];
	double nearest;
} table;

static void add(table *t, const function *f, uint32_t x) {
	if (t->count == CAPACITY) fail(f, x, "too many cases");
	t->cases[t->count++] = x;
}

// value returns the bits of f(x), and reports whether it took MPFR.
static uint32_t value(const function *f, uint32_t x, float *a, float *b, int *near) {
	double d = f->quick(number(x)), m = fabs(d) * MARGIN;
	*near = 0;
	if (isnan(d)) return 0x7fc00000;
	if (isinf(d) || d == 0) return bitsof(d);
	*a = d - m, *b = d + m;
	if (bitsof(*a) == bitsof(*b)) return bitsof(*a);
	*near = 1;
	return correct(f, x);
}

static void scan(const function *f, uint32_t block, table *t) {
	uint32_t start = block * BLOCK;
	uint64_t hash = 0xcbf29ce484222325; // FNV-1a's start and prime, 32 bits at a time
	float a, b;
	int near;
	int last = block == 0 ? -1 : kind(start - 1, value(f, start - 1, &a, &b, &near));
	for (uint32_t i = 0; i < BLOCK; i++) {
		uint32_t x = start + i, y = value(f, x, &a, &b, &near);
		hash = (hash ^ y) * 0x100000001b3;
		if (near) {
			double d = distance(f, x, a, b);
#pragma omp critical
			{
				add(t, f, x), t->near++;
				if (d > 0 && d < t->nearest) t->nearest = d;
			}
		}
		int k = kind(x, y);
		if (k != last) {
#pragma omp critical
			for (int j = -4; j < 4; j++) add(t, f, x + j), t->edges++;
		}
		last = k;
	}
	t->hashes[block] = hash;
	for (int i = 0; i < PROOFS; i++) {
		uint32_t x = start + mix((uint64_t)block * PROOFS + i) % BLOCK;
		prove(f, x, value(f, x, &a, &b, &near));
	}
}

static int order(const void *a, const void *b) {
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	return (x > y) - (x < y);
}

static void put(const void *data, size_t size, size_t n) {
	if (fwrite(data, size, n, stdout) != n) {
		perror("reference");
		exit(1);
	}
}

static void put32(uint32_t v) { put(&v, 4, 1); }

// common returns inputs for all functions: some in every exponent, of either sign.
static uint32_t common(uint32_t *inputs) {
	uint32_t n = 0;
	for (uint32_t top = 0; top < 512; top++) {
		uint32_t fixed[] = {0, 1, 0x400000, 0x7fffff};
		for (int i = 0; i < 4; i++) inputs[n++] = top << 23 | fixed[i];
		for (int i = 0; i < 6; i++) inputs[n++] = top << 23 | mix(top * 6 + i) >> 41;
	}
	qsort(inputs, n, 4, order);
	return n;
}

int main(void) {
	static uint32_t shared[5120];
	static table t;
	uint32_t n = common(shared);
	put32(COUNT);
	put32(n);
	put(shared, 4, n);
	for (size_t i = 0; i < COUNT; i++) {
		const function *f = &functions[i];
		char name[8] = {0};
		memcpy(name, f->name, strlen(f->name));
		memset(&t, 0, sizeof t);
		t.nearest = 1;
		double start = omp_get_wtime();
#pragma omp parallel for schedule(dynamic, 8)
		for (uint32_t b = 0; b < BLOCKS; b++) scan(f, b, &t);
		qsort(t.cases, t.count, 4, order);
		uint32_t kept = 0;
		for (uint32_t j = 0; j < t.count; j++) {
			if (j == 0 || t.cases[j] != t.cases[kept - 1]) t.cases[kept++] = t.cases[j];
		}
		put(name, 1, 8);
		put32(kept);
		put(t.cases, 4, kept);
		for (uint32_t j = 0; j < kept; j++) put32(correct(f, t.cases[j]));
		for (uint32_t j = 0; j < n; j++) put32(correct(f, shared[j]));
		put(t.hashes, 8, BLOCKS);
		fprintf(stderr, "%s: %u inputs near a rounding boundary, the nearest at 2^%.1f, %u beside an edge: %.0f s\n",
			f->name, t.near, log2(t.nearest), t.edges, omp_get_wtime() - start);
	}
	return 0;
}
