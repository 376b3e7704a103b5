package generic

// Coefficients of the functions of float32, from the lowest power up, and the bounds
// between which they are evaluated. The generator of the assembly reads them here.

const (
	// Whole is so large that a sum of it and of a smaller number is an integer, whose
	// lowest bits are those of the sum.
	Whole = 0x1.8p52

	log2EUpper = 0x1.7154765p0 // 29 bits
	log2ELower = 0x1.5c17f0bbbe880p-31

	// Beyond these, exp of a float32 is 0 or infinite.
	ExpLeast32, ExpMost32 = -105, 89
)

// Exp2 is 2^r for |r| of up to 1/2, with a relative error of 2^-51.9. (Sollya's fpminimax.)
var Exp2 = [...]float64{
	0x1p0, 0x1.62e42fefa3a12p-1, 0x1.ebfbdff82c431p-3, 0x1.c6b08d703e18ep-5,
	0x1.3b2ab6fbd6dcp-7, 0x1.5d87fe9b8d2dcp-10, 0x1.4309126bdfddp-13, 0x1.ffcb58ce697dp-17,
	0x1.62c147ef2f9d3p-20, 0x1.b671af8c1f4d6p-24, 0x1.e3a88e93a2139p-28,
}
