package generic

// Coefficients of the functions of float64: see coefs32.go.

const (
	// log 2 in two parts: products of the upper one with numbers of 11 bits are exact.
	Ln2Upper = 0x1.62e42fefa3800p-1
	Ln2Lower = 0x1.ef35793c76730p-45

	// Beyond these, exp is 0 or infinite.
	ExpLeast64, ExpMost64 = -746, 710
)

// ExpTail is (exp(r) - 1 - r)/r^2 for |r| of up to (log 2)/2. (Sollya's fpminimax.)
var ExpTail = [...]float64{
	0x1.000000000000ap-1, 0x1.55555555554fep-3, 0x1.55555555506cp-5, 0x1.1111111126b37p-7,
	0x1.6c16c18475a25p-10, 0x1.a01a012fec324p-13, 0x1.a0199963c51b7p-16, 0x1.71df18fbb5452p-19,
	0x1.28adf7a82c1dbp-22, 0x1.ad92c8121229dp-26,
}
