package kernels

// The steps of this file are those of float32 between a decoding and an encoding: state and
// parameters become float32, exactly, take the step of the function without the format in its
// name, to the bit, and are rounded stochastically by the bits of r. The parameter's step
// takes the moments as they are before they are rounded. A first moment or velocity has the
// upper ones of an element's random bits, whatever r says, a second moment the lower ones and
// a parameter those in the middle.

// AdamState16 is [Adam] with moments of bfloat16, at 20 bytes moved for an element in place of
// 28:
//
//	for i := range p {
//		m32, v32 := m[i].Float32(), v[i].Float32()
//		Adam's step of p[i], g[i], m32, v32
//		m[i], v[i] = m32 and v32 as RoundBF16Stochastic rounds them
//	}
//
// It panics if the lengths differ. No two slices may overlap.
func AdamState16(p, g []float32, m, v []BFloat16, c AdamCoef[float32], r Rounding) {
	checkLen("AdamState16", len(p), len(g))
	checkLen("AdamState16", len(p), len(m))
	checkLen("AdamState16", len(p), len(v))
	table[float32]().AdamState16(noescape(p), noescape(g), bits16(m), bits16(v),
		c.Scale, c.L2, c.Decay, c.Beta1, c.OneMinusBeta1, c.Beta2, c.Root, c.Eps, c.Step, r.k0, r.k1)
}

// AdamState8 is [Adam] with moments of 8 bits, the first signed and the second unsigned, at 16
// bytes moved for an element in place of 28 and a quarter of the state:
//
//	for i := range p {
//		m32, v32 := values of m[i], v[i] // DequantizeSigned, DequantizeUnsigned
//		Adam's step of p[i], g[i], m32, v32
//		m[i], v[i] = m32 and v32 as QuantizeSigned and QuantizeUnsigned store them
//	}
//
// It panics if the lengths differ or the number of exponents is not that of the blocks. No
// two slices may overlap.
func AdamState8(p, g []float32, m, v Vector8, c AdamCoef[float32], r Rounding) {
	checkLen("AdamState8", len(p), len(g))
	check8("AdamState8", len(p), m)
	check8("AdamState8", len(p), v)
	table[float32]().AdamState8(noescape(p), noescape(g), noescape(m.Codes), noescape(m.Exponents), noescape(v.Codes), noescape(v.Exponents),
		c.Scale, c.L2, c.Decay, c.Beta1, c.OneMinusBeta1, c.Beta2, c.Root, c.Eps, c.Step, r.k0, r.k1)
}

// AdamSplit is [Adam] with parameters that [SplitBF16] has split and gradients of bfloat16, at
// 26 bytes moved for an element. Joined, the parameters are those of Adam to the bit. It panics
// if the lengths differ. No two slices may overlap.
func AdamSplit(p []BFloat16, rest []int16, g []BFloat16, m, v []float32, c AdamCoef[float32]) {
	checkLen("AdamSplit", len(p), len(rest))
	checkLen("AdamSplit", len(p), len(g))
	checkLen("AdamSplit", len(p), len(m))
	checkLen("AdamSplit", len(p), len(v))
	table[float32]().AdamSplit(bits16(p), noescape(rest), bits16(g), noescape(m), noescape(v),
		c.Scale, c.L2, c.Decay, c.Beta1, c.OneMinusBeta1, c.Beta2, c.Root, c.Eps, c.Step)
}

// AdamSplitState8 is [AdamSplit] with the moments of [AdamState8], at 14 bytes moved for an
// element. Nothing rounds the parameters. It panics if the lengths differ or the number of
// exponents is not that of the blocks. No two slices may overlap.
func AdamSplitState8(p []BFloat16, rest []int16, g []BFloat16, m, v Vector8, c AdamCoef[float32], r Rounding) {
	checkLen("AdamSplitState8", len(p), len(rest))
	checkLen("AdamSplitState8", len(p), len(g))
	check8("AdamSplitState8", len(p), m)
	check8("AdamSplitState8", len(p), v)
	table[float32]().AdamSplitState8(bits16(p), noescape(rest), bits16(g), noescape(m.Codes), noescape(m.Exponents), noescape(v.Codes), noescape(v.Exponents),
		c.Scale, c.L2, c.Decay, c.Beta1, c.OneMinusBeta1, c.Beta2, c.Root, c.Eps, c.Step, r.k0, r.k1)
}

// AdamBF16State16 is [AdamState16] with parameters and gradients of bfloat16, too, at 14 bytes
// moved for an element; [RoundBF16Stochastic] rounds the parameters. It panics if the lengths
// differ. No two slices may overlap.
func AdamBF16State16(p, g, m, v []BFloat16, c AdamCoef[float32], r Rounding) {
	checkLen("AdamBF16State16", len(p), len(g))
	checkLen("AdamBF16State16", len(p), len(m))
	checkLen("AdamBF16State16", len(p), len(v))
	table[float32]().AdamBF16State16(bits16(p), bits16(g), bits16(m), bits16(v),
		c.Scale, c.L2, c.Decay, c.Beta1, c.OneMinusBeta1, c.Beta2, c.Root, c.Eps, c.Step, r.k0, r.k1)
}

// AdamBF16State8 is [AdamState8] with parameters and gradients of bfloat16, at 10 bytes moved
// for an element; [RoundBF16Stochastic] rounds the parameters. It panics if the lengths differ
// or the number of exponents is not that of the blocks. No two slices may overlap.
func AdamBF16State8(p, g []BFloat16, m, v Vector8, c AdamCoef[float32], r Rounding) {
	checkLen("AdamBF16State8", len(p), len(g))
	check8("AdamBF16State8", len(p), m)
	check8("AdamBF16State8", len(p), v)
	table[float32]().AdamBF16State8(bits16(p), bits16(g), noescape(m.Codes), noescape(m.Exponents), noescape(v.Codes), noescape(v.Exponents),
		c.Scale, c.L2, c.Decay, c.Beta1, c.OneMinusBeta1, c.Beta2, c.Root, c.Eps, c.Step, r.k0, r.k1)
}

// MomentumState16 is [Momentum] with a velocity of bfloat16, which [RoundBF16Stochastic]
// rounds, at 16 bytes moved for an element in place of 20. It panics if the lengths differ. No
// two slices may overlap.
func MomentumState16(p, g []float32, buf []BFloat16, c MomentumCoef[float32], r Rounding) {
	checkLen("MomentumState16", len(p), len(g))
	checkLen("MomentumState16", len(p), len(buf))
	table[float32]().MomentumState16(noescape(p), noescape(g), bits16(buf),
		c.Scale, c.L2, c.Mu, c.Gain, c.LR, r.k0, r.k1)
}

// MomentumState8 is [Momentum] with a velocity of 8 bits, which [QuantizeSigned] stores, at 14
// bytes moved for an element. It panics if the lengths differ or the number of exponents is not
// that of the blocks. No two slices may overlap.
func MomentumState8(p, g []float32, buf Vector8, c MomentumCoef[float32], r Rounding) {
	checkLen("MomentumState8", len(p), len(g))
	check8("MomentumState8", len(p), buf)
	table[float32]().MomentumState8(noescape(p), noescape(g), noescape(buf.Codes), noescape(buf.Exponents),
		c.Scale, c.L2, c.Mu, c.Gain, c.LR, r.k0, r.k1)
}

// NesterovState16 is [Nesterov] with the velocity of [MomentumState16]. It panics if the lengths
// differ. No two slices may overlap.
func NesterovState16(p, g []float32, buf []BFloat16, c MomentumCoef[float32], r Rounding) {
	checkLen("NesterovState16", len(p), len(g))
	checkLen("NesterovState16", len(p), len(buf))
	table[float32]().NesterovState16(noescape(p), noescape(g), bits16(buf),
		c.Scale, c.L2, c.Mu, c.Gain, c.LR, r.k0, r.k1)
}

// NesterovState8 is [Nesterov] with the velocity of [MomentumState8]. It panics if the lengths
// differ or the number of exponents is not that of the blocks. No two slices may overlap.
func NesterovState8(p, g []float32, buf Vector8, c MomentumCoef[float32], r Rounding) {
	checkLen("NesterovState8", len(p), len(g))
	check8("NesterovState8", len(p), buf)
	table[float32]().NesterovState8(noescape(p), noescape(g), noescape(buf.Codes), noescape(buf.Exponents),
		c.Scale, c.L2, c.Mu, c.Gain, c.LR, r.k0, r.k1)
}

// LionState16 is [Lion] with a moment of bfloat16, which [RoundBF16Stochastic] rounds, at 16
// bytes moved for an element in place of 20. It panics if the lengths differ. No two slices may
// overlap.
func LionState16(p, g []float32, m []BFloat16, c LionCoef[float32], r Rounding) {
	checkLen("LionState16", len(p), len(g))
	checkLen("LionState16", len(p), len(m))
	table[float32]().LionState16(noescape(p), noescape(g), bits16(m),
		c.Scale, c.L2, c.Decay, c.Beta1, c.OneMinusBeta1, c.Beta2, c.OneMinusBeta2, c.LR, r.k0, r.k1)
}

// LionState8 is [Lion] with a moment of 8 bits, which [QuantizeSigned] stores, at 14 bytes moved
// for an element. It panics if the lengths differ or the number of exponents is not that of the
// blocks. No two slices may overlap.
func LionState8(p, g []float32, m Vector8, c LionCoef[float32], r Rounding) {
	checkLen("LionState8", len(p), len(g))
	check8("LionState8", len(p), m)
	table[float32]().LionState8(noescape(p), noescape(g), noescape(m.Codes), noescape(m.Exponents),
		c.Scale, c.L2, c.Decay, c.Beta1, c.OneMinusBeta1, c.Beta2, c.OneMinusBeta2, c.LR, r.k0, r.k1)
}
