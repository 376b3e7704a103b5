// Values writes float64 arguments and the values of the vector functions in 150 bits or
// more, by MPFR, which prove the big.Float oracle of the package above: make
// functions-table compiles and runs it.
//
// The output, little-endian: the numbers of functions and of arguments in 32 bits each, the
// arguments, then for each function its name in 8 bytes and for each argument three
// doubles, whose sum is the value. Values that are not finite or of which three doubles
// have too few bits are NaN.
#include <math.h>
#include <mpfr.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PRECISION 2048

static int sigmoid(mpfr_ptr y, mpfr_srcptr x, mpfr_rnd_t r) {
	mpfr_neg(y, x, r);
	mpfr_exp(y, y, r);
	mpfr_add_ui(y, y, 1, r);
	return mpfr_ui_div(y, 1, y, r);
}

static int softplus(mpfr_ptr y, mpfr_srcptr x, mpfr_rnd_t r) {
	mpfr_exp(y, x, r);
	return mpfr_log1p(y, y, r);
}

static int silu(mpfr_ptr y, mpfr_srcptr x, mpfr_rnd_t r) {
	sigmoid(y, x, r);
	return mpfr_mul(y, y, x, r);
}

static int gelu(mpfr_ptr y, mpfr_srcptr x, mpfr_rnd_t r) {
	mpfr_t root;
	mpfr_init2(root, PRECISION);
	mpfr_sqrt_ui(root, 2, r);
	mpfr_div(y, x, root, r);
	mpfr_neg(y, y, r);
	mpfr_erfc(y, y, r);
	mpfr_mul(y, y, x, r);
	mpfr_clear(root);
	return mpfr_div_2ui(y, y, 1, r);
}

static int gelu_tanh(mpfr_ptr y, mpfr_srcptr x, mpfr_rnd_t r) {
	mpfr_t c;
	mpfr_init2(c, PRECISION);
	mpfr_set_str(c, "0.044715", 10, r);
	mpfr_pow_ui(y, x, 3, r);
	mpfr_mul(y, y, c, r);
	mpfr_add(y, y, x, r);
	mpfr_const_pi(c, r);
	mpfr_ui_div(c, 2, c, r);
	mpfr_sqrt(c, c, r);
	mpfr_mul(y, y, c, r);
	mpfr_tanh(y, y, r);
	mpfr_add_ui(y, y, 1, r);
	mpfr_mul(y, y, x, r);
	mpfr_clear(c);
	return mpfr_div_2ui(y, y, 1, r);
}

static const struct {
	const char *name;
	int (*exact)(mpfr_ptr, mpfr_srcptr, mpfr_rnd_t);
} functions[] = {
	{"Exp", mpfr_exp}, {"Exp2", mpfr_exp2}, {"Expm1", mpfr_expm1}, {"Log", mpfr_log}, {"Log1p", mpfr_log1p}, {"Tanh", mpfr_tanh},
	{"Sigmoid", sigmoid}, {"Erf", mpfr_erf}, {"Softplus", softplus}, {"SiLU", silu}, {"GELU", gelu}, {"GELUTanh", gelu_tanh},
};
#define COUNT (sizeof functions / sizeof *functions)

static void put(const void *data, size_t size, size_t n) {
	if (fwrite(data, size, n, stdout) != n) {
		perror("values");
		exit(1);
	}
}

// arguments fills in numbers of either sign from 2^-60 to 2^10, and some far beyond.
static uint32_t arguments(double *x) {
	static const int far[] = {-1074, -1030, -1022, -700, -350, -120, -80, 20, 60, 200, 500, 1023};
	gmp_randstate_t random;
	gmp_randinit_mt(random);
	uint32_t n = 0;
	for (int e = -60; e <= 10; e++) {
		for (int i = 0; i < 4; i++) {
			double m = 1 + ldexp(gmp_urandomb_ui(random, 52), -52);
			x[n++] = ldexp(i % 2 ? -m : m, e);
		}
	}
	for (size_t i = 0; i < sizeof far / sizeof *far; i++) {
		double m = 1 + ldexp(gmp_urandomb_ui(random, 52), -52);
		x[n++] = ldexp(m, far[i]);
		x[n++] = ldexp(-m, far[i]);
	}
	gmp_randclear(random);
	return n;
}

int main(void) {
	static double x[400];
	uint32_t head[] = {COUNT, arguments(x)};
	put(head, 4, 2);
	put(x, 8, head[1]);
	mpfr_t t, y;
	mpfr_init2(t, PRECISION);
	mpfr_init2(y, PRECISION);
	for (size_t i = 0; i < COUNT; i++) {
		char name[9] = {0};
		snprintf(name, sizeof name, "%s", functions[i].name);
		put(name, 1, 8);
		for (uint32_t j = 0; j < head[1]; j++) {
			mpfr_set_d(t, x[j], MPFR_RNDN);
			functions[i].exact(y, t, MPFR_RNDN);
			double parts[] = {NAN, 0, 0};
			double d = fabs(mpfr_get_d(y, MPFR_RNDN));
			if (d > 0x1p-850 && d <= 0x1p1023) {
				for (int k = 0; k < 3; k++) {
					parts[k] = mpfr_get_d(y, MPFR_RNDN);
					mpfr_sub_d(y, y, parts[k], MPFR_RNDN);
				}
			}
			put(parts, 8, 3);
		}
	}
	return 0;
}
