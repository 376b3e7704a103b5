package generic

import "math"

// Coefficients of the functions of float32, from the lowest power up, and the bounds
// between which they are evaluated. The generator of the assembly reads them here.

const (
	// Whole is so large that a sum of it and of a smaller number is an integer, whose
	// lowest bits are those of the sum.
	Whole = 0x1.8p52

	log2EUpper = 0x1.7154765p0 // 29 bits
	log2ELower = 0x1.5c17f0bbbe880p-31

	// Beyond these, exp and exp2 of a float32 are 0 or infinite.
	ExpLeast32, ExpMost32   = -105, 89
	Exp2Least32, Exp2Most32 = -151, 129

	// Beyond these, a float32 next to it is the limit.
	TanhMost32    = 10
	SigmoidMost32 = 40
	ErfMost32     = 4

	// Below these, a function times x is 0 in float32, and beyond the other one 0 or 1.
	SiLULeast32     = -120
	GELUMost32      = 14.5
	GELUTanhLeast32 = -12

	// The slope and the cube of GELU's form by tanh, for the exponent of two: -2 log2 e
	// sqrt(2/pi), and that times 0.044715.
	GELUTanhSlope = -GELUTanhSlopeGrad * math.Log2E
	GELUTanhCube  = GELUTanhSlope * 0.044715

	// The same of its gradient: 2 sqrt(2/pi), and that times 3*0.044715.
	GELUTanhSlopeGrad = 2 * math.Sqrt2 / sqrtPi
	GELUTanhCubeGrad  = GELUTanhSlopeGrad * 3 * 0.044715

	// NormalPeak is 1/sqrt(2 pi), the density of the normal distribution at 0.
	NormalPeak = 1 / (math.Sqrt2 * sqrtPi)

	sqrtPi = 1.77245385090551602729816748334114518279754945612239

	// log 2 in two parts. The products of the upper one with exponents, and what is added
	// to them, are exact.
	Ln2Upper32 = 0x1.62e42fecp-1
	Ln2Lower32 = 0x1.d1cf79abc9e3bp-32

	// A float32 below Log1pSmall32 in magnitude loses bits when 1 is added in float64.
	Log1pSmall32 = 0x1p-20

	// RootHalf is the least mantissa of a logarithm, the square root of 1/2.
	RootHalf = 0x1.6a09e667f3bcdp-1

	// Below SigmoidSmall in magnitude, sigmoid is 1/2 + x/4 - x^3/48, and so near to
	// 1/2 + x/4 that float64 does not see the difference where x is tiny: there it is
	// shifted towards 1/2, by less than makes a difference elsewhere.
	SigmoidSmall = 0x1p-9
	SigmoidShift = 0x1p-53

	// Nudge makes of the error of a rounding to float64 more than a unit in the last
	// place, and much less than one of float32.
	Nudge = 0x1p20
)

// Power2 is 2^r for |r| of up to 1/2, with a relative error of 2^-51.9. (Sollya's fpminimax.)
var Power2 = [...]float64{
	0x1p0, 0x1.62e42fefa3a12p-1, 0x1.ebfbdff82c431p-3, 0x1.c6b08d703e18ep-5,
	0x1.3b2ab6fbd6dcp-7, 0x1.5d87fe9b8d2dcp-10, 0x1.4309126bdfddp-13, 0x1.ffcb58ce697dp-17,
	0x1.62c147ef2f9d3p-20, 0x1.b671af8c1f4d6p-24, 0x1.e3a88e93a2139p-28,
}

// Exp2Power is Power2 for exp2 itself: a search among its neighbours found one with which
// all results that are hard to round are right, with fused multiply-adds and without.
var Exp2Power = [...]float64{
	0x1p0, 0x1.62e42fefa39fp-1, 0x1.ebfbdff82c3b9p-3, 0x1.c6b08d703e22bp-5,
	0x1.3b2ab6fbd6ee9p-7, 0x1.5d87fe9b8d52bp-10, 0x1.4309126be018bp-13, 0x1.ffcb58ce6974ep-17,
	0x1.62c147ef2fd0ap-20, 0x1.b671af8c1f544p-24, 0x1.e3a88e93a24adp-28,
}

// Exp2Minus1 is (2^r - 1)/r for |r| of up to 1/2, with a relative error of 2^-49.5. (Sollya.)
var Exp2Minus1 = [...]float64{
	0x1.62e42fefa39f7p-1, 0x1.ebfbdff82c541p-3, 0x1.c6b08d70441fdp-5, 0x1.3b2ab6fbb405p-7,
	0x1.5d87fe906badfp-10, 0x1.430912c80082fp-13, 0x1.ffcb76eb95628p-17, 0x1.62c08320177fbp-20,
	0x1.b656aac2bc22dp-24, 0x1.e4cf82f8a39efp-28,
}

// Expm1Tail is (exp(r) - 1 - r)/r^2 for |r| of up to (log 2)/2. With it, exp(r) - 1 has a
// relative error of 2^-55.5. (Sollya.)
var Expm1Tail = [...]float64{
	0x1.0000000000005p-1, 0x1.555555555553bp-3, 0x1.5555555552111p-5, 0x1.1111111118834p-7,
	0x1.6c16c17f2d34fp-10, 0x1.a01a0177ef011p-13, 0x1.a019a6a83b26p-16, 0x1.71de8117456f5p-19,
	0x1.28a287b663322p-22, 0x1.ae775674f1c09p-26,
}

// LogTail is (log(1+f) - f)/f^2 for 1 + f from RootHalf to its double. With it, log(1+f) has a
// relative error of 2^-54.1. (Sollya.)
var LogTail = [...]float64{
	-0x1.ffffffffffffbp-2, 0x1.55555555551a6p-2, -0x1.00000000008f4p-2, 0x1.9999999a32c73p-3,
	-0x1.555555552e9acp-3, 0x1.249248e059e63p-3, -0x1.ffffff8c915b4p-4, 0x1.c71c8f0f9b3eap-4,
	-0x1.9999ca3c32722p-4, 0x1.7459ac71b034fp-4, -0x1.554d27652edb2p-4, 0x1.3b4c5fbdf6ec7p-4,
	-0x1.2548a5690022ap-4, 0x1.0f38391ef34b9p-4, -0x1.eee4add5547c6p-5, 0x1.e95efe44a52e4p-5,
	-0x1.15ff581b54db5p-4, 0x1.030ce4f1f8b5fp-4, -0x1.cf9555a10be82p-6,
}

// ErfExponent is log2(1 - erf(a))/a for a from 0 to 4. With it, erf(a) has a relative error of
// 2^-52.1. (Sollya.)
var ErfExponent = [...]float64{
	-0x1.a0be83d8d032bp0, -0x1.d63ed74995cb4p-1, -0x1.2fa7eecaeeff3p-3, 0x1.c4242cdd8e5bfp-6,
	0x1.3c7771804c2ffp-12, -0x1.40bfce65af478p-9, 0x1.be664582157b6p-11, -0x1.3b267ce615068p-15,
	-0x1.83ca517687141p-14, 0x1.5e78cbc4a8665p-15, -0x1.bd5c4850b8596p-19, -0x1.8bb8c0486ce8p-18,
	0x1.14eb816d322f9p-18, -0x1.b67be1d5025c3p-20, 0x1.e95aa7a12ab3fp-22, -0x1.92e43dde8864ap-24,
	0x1.e7eac3cec1759p-27, -0x1.a47a64cb27b9cp-30, 0x1.e1928fdabf2d8p-34, -0x1.3fae50ff589d4p-38,
	0x1.5e2950236543p-44,
}

// PhiExponent is (1 + log2 Phi(-a))/a for a from 0 to 14.5, where Phi is the normal
// distribution. With it, Phi(-a) has a relative error of 2^-36.5. (Sollya.)
var PhiExponent = [...]float64{
	-0x1.26aec22072345p0, -0x1.d63ed59a11936p-2, -0x1.ad6fa4e9a4fabp-5, 0x1.c432e36074661p-8,
	0x1.ac8f9dd69bf1bp-15, -0x1.3ca41b1499827p-12, 0x1.275ce83fd1bdfp-14, 0x1.19a0397ea40acp-19,
	-0x1.e49872082d248p-18, 0x1.9798885856f31p-19, -0x1.bede760d38e58p-21, 0x1.75d03ac612e4dp-23,
	-0x1.f6175d4cb9ceap-26, 0x1.147598b9d1849p-28, -0x1.f78bdc829f11cp-32, 0x1.7bfc85bdabf8p-35,
	-0x1.d9f43622d07bbp-39, 0x1.e55183b614a6ap-43, -0x1.9383cf97d21f8p-47, 0x1.0bf085abb30dfp-51,
	-0x1.1543db445d1ep-56, 0x1.ae9c091d22a0bp-62, -0x1.d7d642d2e1215p-68, 0x1.451836fd16d1dp-74,
	-0x1.a78e33bd023c4p-82,
}
