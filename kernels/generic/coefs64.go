package generic

// Coefficients of the functions of float64: see coefs32.go.

const (
	// log 2 in two parts: products of the upper one with numbers of 11 bits are exact.
	Ln2Upper = 0x1.62e42fefa3800p-1
	Ln2Lower = 0x1.ef35793c76730p-45

	// Beyond these, exp and exp2 are 0 or infinite.
	ExpLeast64, ExpMost64   = -746, 710
	Exp2Least64, Exp2Most64 = -1076, 1024

	// Beyond these, the float64 next to the function is its limit, or x for those that grow.
	Expm1Least64                    = -40
	TanhMost64                      = 20
	SigmoidMost64                   = 40
	ErfMost64                       = 5.94
	SiLULeast64                     = -760
	GELUMost64                      = 39 // also on the other side
	GELUTanhLeast64, GELUTanhMost64 = -21.75, 8

	// Beyond SiLUGradMost64 the derivative is 1.
	SiLUGradMost64 = 48

	// exp(x) - 1 takes the k next to (x - Expm1Shift64)/log 2, so that k = 1 begins where the
	// result is 1/2. Below that, rounding errors of 2 exp(r) count twice when 1 is taken off it.
	Expm1Shift64 = 0x1.e27076e2af2e6p-5 // log(1.5) - (log 2)/2

	// Below Expm1Small64 in magnitude, x is the float64 next to exp(x) - 1.
	Expm1Small64 = 0x1p-54

	// LogLeast64 is the least mantissa 1 + f of a logarithm, so that f - log(1 + f) is below 1/16
	// on either side: numbers have half the rounding errors there.
	LogLeast64 = 0x1.6p-1

	// A logarithm multiplies subnormal numbers, those below LeastNormal, by 2^SubnormalLift.
	LeastNormal   = 0x1p-1022
	SubnormalLift = 54

	// SmallUnit is so small that SmallUnit*exp(-x) is finite, and so large that it is normal,
	// between the bounds of the sigmoid and its products with x. These need it below SiLUFar64
	// and GELUTanhFar64.
	SmallUnit     = 0x1p-96
	SiLUFar64     = -600
	GELUTanhFar64 = -19

	// -2 sqrt(2/pi) in two parts, of which the first has 40 bits behind the point: it may be
	// subtracted from its sum with -cube*x*x without an error. And
	// -cube = -2 sqrt(2/pi) 0.044715.
	GELUTanhSlopeUpper = -0x1.9884533d43p0
	GELUTanhSlopeLower = -0x1.942343f2cf14p-42
	GELUTanhCubeUpper  = -0x1.2444f2a4d8b4bp-4
	GELUTanhCubeLower  = 0x1.6c843a29d1c7p-61
)

// ExpTail is (exp(r) - 1 - r)/r^2 for |r| of up to (log 2)/2. With it, exp(r) - 1 has a
// relative error of 2^-55.4. (Sollya's fpminimax.)
var ExpTail = [...]float64{
	0x1.0000000000005p-1, 0x1.555555555555cp-3, 0x1.55555555520e8p-5, 0x1.111111110e818p-7,
	0x1.6c16c17f3bf78p-10, 0x1.a01a01b568a5fp-13, 0x1.a019a67542c08p-16, 0x1.71ddeb013adf9p-19,
	0x1.28a2be3f9a094p-22, 0x1.af751ae49c9d5p-26,
}

// Expm1Tail64 is ExpTail for r from -0.347 to 0.406. With it, exp(r) - 1 has a relative error of
// 2^-59.5. (Sollya.)
var Expm1Tail64 = [...]float64{
	0x1p-1, 0x1.555555555555cp-3, 0x1.5555555555619p-5, 0x1.111111110e9ccp-7,
	0x1.6c16c16bb3393p-10, 0x1.a01a01b427826p-13, 0x1.a01a03bbfd318p-16, 0x1.71ddef6ba4e0ep-19,
	0x1.27e0468e3fea1p-22, 0x1.af6b8d43130ebp-26, 0x1.268d3b167d9d1p-29,
}

// Exp2Tail is (2^r - 1)/r for |r| of up to 1/2, less the float64 next to log 2. With it,
// 2^r - 1 has a relative error of 2^-55.4. (Sollya.)
var Exp2Tail = [...]float64{
	0x1.abc9e3b39803fp-56, 0x1.ebfbdff82c598p-3, 0x1.c6b08d704a0c9p-5, 0x1.3b2ab6fba1ec1p-7,
	0x1.5d87fe78a3079p-10, 0x1.4309130944e85p-13, 0x1.ffcbfc73802ddp-17, 0x1.62bfd4dcbap-20,
	0x1.b524ddd79ec58p-24, 0x1.e6059a4fc650cp-28, 0x1.ea03099d6d2c7p-32,
}

// LogTail64 is (log((1+s)/(1-s)) - 2s)/s^3 as a function of s^2, for (1+s)/(1-s) from LogLeast64
// to its double. With it, that logarithm has a relative error of 2^-57.7. (Sollya.)
var LogTail64 = [...]float64{
	0x1.555555555560bp-1, 0x1.9999999957ebcp-2, 0x1.24924964d09d4p-2, 0x1.c71c36407ef65p-3,
	0x1.746bceb8cadfcp-3, 0x1.3916358654014p-3, 0x1.3458966dc5a17p-3,
}

// ErfExponent64, with ErfExponentLower added to the first, is log2(1 - erf(a))/a for a from 0 to ErfMost64. With it, erf(a) has a
// relative error of 2^-55. (Sollya's remez.)
var ErfExponent64 = [...]float64{
	-0x1.a0be83d8d032dp0, -0x1.d63ed749958bp-1, -0x1.2fa7eecb2a38ap-3, 0x1.c4242d0874712p-6,
	0x1.3c76ef2f35353p-12, -0x1.40bf564e99418p-9, 0x1.be5d1bfb39c4p-11, -0x1.393028d1a45dap-15,
	-0x1.863f2ed32c3d5p-14, 0x1.67b9faccd616ap-15, -0x1.49e249c235a69p-18, -0x1.127d9ee2a7cc8p-18,
	0x1.51392196d6bd8p-19, -0x1.0485b14e28d7ep-21, -0x1.a907238dcbcb9p-23, 0x1.b73597e13d7f7p-23,
	-0x1.974ff105dce4cp-24, 0x1.03c96a6775616p-25, -0x1.ef7c904400c4cp-28, 0x1.682d07d1cfec6p-30,
	-0x1.8c11acd590974p-33, 0x1.4013d73859557p-36, -0x1.6736fbb0f48ecp-40, 0x1.f461af1a2f21p-45,
	-0x1.45c87f8a7b30bp-50,
}

const ErfExponentLower = 0x1.b9ea038p-55

// SoftplusTail is -LogTail64 for (1+s)/(1-s) from 1 to 2. With it, that logarithm has a
// relative error of 2^-59.3. (Sollya.)
var SoftplusTail = [...]float64{
	-0x1.5555555555535p-1, -0x1.99999999a078p-2, -0x1.249249208a47fp-2, -0x1.c71c741d8e237p-3,
	-0x1.745cb3d905f2fp-3, -0x1.3b1dde8d82222p-3, -0x1.10679f4f68a0cp-3, -0x1.efda6852a7b4ep-4,
	-0x1.55a8e18560b46p-4, -0x1.5c7f78d357345p-3,
}

// Phi(-a) exp(a*a/2), where Phi is the normal distribution, is p/(PhiSlope*a*p + q) with the
// polynomials p of PhiAbove and q of PhiBelow, for a from 0 to GELUMost64, with a relative
// error of 2^-57. For a large a it is next to 1/(sqrt(2 pi) a), and errors of p vanish. (Least
// squares of the relative error, with weights that level it, in steps that divide by the p
// before; then the scale at which rounded coefficients are best.)
var (
	PhiAbove = [...]float64{
		0x1.533c91258e0ap0, 0x1.1f57f64a39caep1, 0x1.e1859493ead01p0, 0x1.0258ee2bf7aacp0,
		0x1.85cfc6e90f72p-2, 0x1.ae5eba4ed926dp-4, 0x1.5fca32ea28246p-6, 0x1.a531f02ace79cp-9,
		0x1.630f4efc263dap-12, 0x1.7fb1cf8d5108ep-16, 0x1.997fda9b4f23cp-21,
	}
	PhiBelow = [...]float64{
		0x1.533c91258e0ap1, 0x1.a43056fbb76a2p1, 0x1.0a238027bd30fp1, 0x1.b5b733c16b23dp-1,
		0x1.fb91ecf495f7ap-3, 0x1.ab2749ec9c869p-5, 0x1.04301b95580b1p-7, 0x1.baff24b8a60d4p-11,
		0x1.e0e3cc1d809ddp-15, 0x1.009d9f4ddd1cep-19,
	}
)

// PhiSlope is sqrt(2 pi).
const PhiSlope = 0x1.40d931ff62706p1
