package generic

// A step whose state or parameters are in 16 or 8 bits is the float32 step between a decoding
// and an encoding, of a piece at a time: the parameters' step takes the moments as they are
// before they are coded. First moments and velocities take the upper ones of an element's
// random bits, second moments the lower ones and parameters those in the middle.

// pieces calls f for pieces of n elements, which are blocks of 8-bit vectors, with the key of
// their random bits.
func pieces(n int, k0 uint32, f func(lo, hi int, k0 uint32)) {
	for i := 0; i < n; i += Block8 {
		f(i, min(n, i+Block8), k0+uint32(i)*RandomLane)
	}
}

// A piece is room for a piece of a vector in float32.
type piece [Block8]float32

// widened returns a part of a vector of bfloat16.
func (s *piece) widened(x []uint16) []float32 {
	WidenBF16(s[:len(x)], x)
	return s[:len(x)]
}

// joined returns a part of a split vector.
func (s *piece) joined(hi []uint16, rest []int16) []float32 {
	JoinBF16(s[:len(hi)], hi, rest)
	return s[:len(hi)]
}

// A vector8 is a vector of 8 bits.
type vector8 struct{ codes, exponents []uint8 }

// part returns the block that begins at an element.
func (v vector8) part(lo, hi int) vector8 {
	return vector8{v.codes[lo:hi], v.exponents[lo/Block8:][:1]}
}

func (s *piece) signed(v vector8) []float32 {
	DequantizeSigned(s[:len(v.codes)], v.codes, v.exponents)
	return s[:len(v.codes)]
}

func (s *piece) unsigned(v vector8) []float32 {
	DequantizeUnsigned(s[:len(v.codes)], v.codes, v.exponents)
	return s[:len(v.codes)]
}

// AdamState16 is Adam with moments of bfloat16, rounded stochastically.
func AdamState16(p, g []float32, m, v []uint16, scale, l2, decay, beta1, omb1, beta2, root, eps, step float32, k0, k1 uint32) {
	var wm, wv piece
	pieces(len(p), k0, func(lo, hi int, k0 uint32) {
		m, v := m[lo:hi], v[lo:hi]
		fm, fv := wm.widened(m), wv.widened(v)
		Adam(p[lo:hi], g[lo:hi], fm, fv, scale, l2, decay, beta1, omb1, beta2, root, eps, step)
		RoundBF16Stochastic(m, fm, k0, k1, High16)
		RoundBF16Stochastic(v, fv, k0, k1, Low16)
	})
}

// AdamState8 is Adam with moments of 8 bits.
func AdamState8(p, g []float32, m, mexp, v, vexp []uint8, scale, l2, decay, beta1, omb1, beta2, root, eps, step float32, k0, k1 uint32) {
	var wm, wv piece
	pieces(len(p), k0, func(lo, hi int, k0 uint32) {
		m, v := vector8{m, mexp}.part(lo, hi), vector8{v, vexp}.part(lo, hi)
		fm, fv := wm.signed(m), wv.unsigned(v)
		Adam(p[lo:hi], g[lo:hi], fm, fv, scale, l2, decay, beta1, omb1, beta2, root, eps, step)
		QuantizeSigned(m.codes, m.exponents, fm, k0, k1, High20)
		QuantizeUnsigned(v.codes, v.exponents, fv, k0, k1, Low20)
	})
}

// AdamSplit is Adam with split parameters and gradients of bfloat16.
func AdamSplit(p []uint16, rest []int16, g []uint16, m, v []float32, scale, l2, decay, beta1, omb1, beta2, root, eps, step float32) {
	var wp, wg piece
	pieces(len(p), 0, func(lo, hi int, _ uint32) {
		fp := wp.joined(p[lo:hi], rest[lo:hi])
		Adam(fp, wg.widened(g[lo:hi]), m[lo:hi], v[lo:hi], scale, l2, decay, beta1, omb1, beta2, root, eps, step)
		SplitBF16(p[lo:hi], rest[lo:hi], fp)
	})
}

// AdamSplitState8 is AdamSplit with moments of 8 bits.
func AdamSplitState8(p []uint16, rest []int16, g []uint16, m, mexp, v, vexp []uint8, scale, l2, decay, beta1, omb1, beta2, root, eps, step float32, k0, k1 uint32) {
	var wp, wg piece
	pieces(len(p), k0, func(lo, hi int, k0 uint32) {
		fp := wp.joined(p[lo:hi], rest[lo:hi])
		m, v := vector8{m, mexp}.part(lo, hi), vector8{v, vexp}.part(lo, hi)
		AdamState8(fp, wg.widened(g[lo:hi]), m.codes, m.exponents, v.codes, v.exponents, scale, l2, decay, beta1, omb1, beta2, root, eps, step, k0, k1)
		SplitBF16(p[lo:hi], rest[lo:hi], fp)
	})
}

// AdamBF16State16 is AdamState16 with parameters, rounded stochastically, and gradients of
// bfloat16, too.
func AdamBF16State16(p, g, m, v []uint16, scale, l2, decay, beta1, omb1, beta2, root, eps, step float32, k0, k1 uint32) {
	var wp, wg piece
	pieces(len(p), k0, func(lo, hi int, k0 uint32) {
		fp := wp.widened(p[lo:hi])
		AdamState16(fp, wg.widened(g[lo:hi]), m[lo:hi], v[lo:hi], scale, l2, decay, beta1, omb1, beta2, root, eps, step, k0, k1)
		RoundBF16Stochastic(p[lo:hi], fp, k0, k1, Middle16)
	})
}

// AdamBF16State8 is AdamState8 with parameters, rounded stochastically, and gradients of
// bfloat16.
func AdamBF16State8(p, g []uint16, m, mexp, v, vexp []uint8, scale, l2, decay, beta1, omb1, beta2, root, eps, step float32, k0, k1 uint32) {
	var wp, wg piece
	pieces(len(p), k0, func(lo, hi int, k0 uint32) {
		fp := wp.widened(p[lo:hi])
		m, v := vector8{m, mexp}.part(lo, hi), vector8{v, vexp}.part(lo, hi)
		AdamState8(fp, wg.widened(g[lo:hi]), m.codes, m.exponents, v.codes, v.exponents, scale, l2, decay, beta1, omb1, beta2, root, eps, step, k0, k1)
		RoundBF16Stochastic(p[lo:hi], fp, k0, k1, Middle16)
	})
}

// MomentumState16 is Momentum with a velocity of bfloat16, rounded stochastically.
func MomentumState16(p, g []float32, buf []uint16, scale, l2, mu, gain, lr float32, k0, k1 uint32) {
	var w piece
	pieces(len(p), k0, func(lo, hi int, k0 uint32) {
		f := w.widened(buf[lo:hi])
		Momentum(p[lo:hi], g[lo:hi], f, scale, l2, mu, gain, lr)
		RoundBF16Stochastic(buf[lo:hi], f, k0, k1, High16)
	})
}

// MomentumState8 is Momentum with a velocity of 8 bits.
func MomentumState8(p, g []float32, buf, bufexp []uint8, scale, l2, mu, gain, lr float32, k0, k1 uint32) {
	var w piece
	pieces(len(p), k0, func(lo, hi int, k0 uint32) {
		b := vector8{buf, bufexp}.part(lo, hi)
		f := w.signed(b)
		Momentum(p[lo:hi], g[lo:hi], f, scale, l2, mu, gain, lr)
		QuantizeSigned(b.codes, b.exponents, f, k0, k1, High20)
	})
}

// NesterovState16 is Nesterov with a velocity of bfloat16, rounded stochastically.
func NesterovState16(p, g []float32, buf []uint16, scale, l2, mu, gain, lr float32, k0, k1 uint32) {
	var w piece
	pieces(len(p), k0, func(lo, hi int, k0 uint32) {
		f := w.widened(buf[lo:hi])
		Nesterov(p[lo:hi], g[lo:hi], f, scale, l2, mu, gain, lr)
		RoundBF16Stochastic(buf[lo:hi], f, k0, k1, High16)
	})
}

// NesterovState8 is Nesterov with a velocity of 8 bits.
func NesterovState8(p, g []float32, buf, bufexp []uint8, scale, l2, mu, gain, lr float32, k0, k1 uint32) {
	var w piece
	pieces(len(p), k0, func(lo, hi int, k0 uint32) {
		b := vector8{buf, bufexp}.part(lo, hi)
		f := w.signed(b)
		Nesterov(p[lo:hi], g[lo:hi], f, scale, l2, mu, gain, lr)
		QuantizeSigned(b.codes, b.exponents, f, k0, k1, High20)
	})
}

// LionState16 is Lion with a moment of bfloat16, rounded stochastically.
func LionState16(p, g []float32, m []uint16, scale, l2, decay, beta1, omb1, beta2, omb2, lr float32, k0, k1 uint32) {
	var w piece
	pieces(len(p), k0, func(lo, hi int, k0 uint32) {
		f := w.widened(m[lo:hi])
		Lion(p[lo:hi], g[lo:hi], f, scale, l2, decay, beta1, omb1, beta2, omb2, lr)
		RoundBF16Stochastic(m[lo:hi], f, k0, k1, High16)
	})
}

// LionState8 is Lion with a moment of 8 bits.
func LionState8(p, g []float32, m, mexp []uint8, scale, l2, decay, beta1, omb1, beta2, omb2, lr float32, k0, k1 uint32) {
	var w piece
	pieces(len(p), k0, func(lo, hi int, k0 uint32) {
		b := vector8{m, mexp}.part(lo, hi)
		f := w.signed(b)
		Lion(p[lo:hi], g[lo:hi], f, scale, l2, decay, beta1, omb1, beta2, omb2, lr)
		QuantizeSigned(b.codes, b.exponents, f, k0, k1, High20)
	})
}
