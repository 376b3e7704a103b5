package enc

// Scalar floating-point, on the low S or D of the registers. The rest of the
// destination is cleared.

// FADDScalar is d = n + m.
func FADDScalar(w Width, d, n, m V) Inst { return scalar2("fadd", 0b0010, w, d, n, m) }

// FSUBScalar is d = n - m.
func FSUBScalar(w Width, d, n, m V) Inst { return scalar2("fsub", 0b0011, w, d, n, m) }

// FMULScalar is d = n * m.
func FMULScalar(w Width, d, n, m V) Inst { return scalar2("fmul", 0b0000, w, d, n, m) }

// FDIVScalar is d = n / m.
func FDIVScalar(w Width, d, n, m V) Inst { return scalar2("fdiv", 0b0001, w, d, n, m) }

// FMAXScalar is the maximum of n and m, NaN if either is NaN.
func FMAXScalar(w Width, d, n, m V) Inst { return scalar2("fmax", 0b0100, w, d, n, m) }

// FMOVScalar is d = n.
func FMOVScalar(w Width, d, n V) Inst { return scalar1("fmov", 0b000000, w, w, d, n) }

// FABSScalar is the absolute value of n.
func FABSScalar(w Width, d, n V) Inst { return scalar1("fabs", 0b000001, w, w, d, n) }

// FSQRTScalar is the square root of n.
func FSQRTScalar(w Width, d, n V) Inst { return scalar1("fsqrt", 0b000011, w, w, d, n) }

// FCVT converts n to width w from the other one.
func FCVT(w Width, d, n V) Inst {
	return scalar1("fcvt", 0b000100|ftype(w), w, S+D-w, d, n)
}

// FCMP compares n with m and sets the flags.
//
// Floating-point compare: M 0 S 11110 ftype 1 Rm op 1000 Rn opcode2.
func FCMP(w Width, n, m V) Inst {
	p := w.in(S, D)
	return inst("fcmp", 0x1e202000|ftype(w)<<22, p.v(n, rn), p.v(m, rm))
}

// ftype is the field of that name: 0 single, 1 double.
func ftype(w Width) uint32 { return uint32(w & 1) }

// scalar2 is Floating-point data-processing (2 source):
// M 0 S 11110 ftype 1 Rm opcode 10 Rn Rd.
func scalar2(name string, opcode uint32, w Width, d, n, m V) Inst {
	p := w.in(S, D)
	return inst(name, 0x1e200800|ftype(w)<<22|opcode<<12, p.v(d, rd), p.v(n, rn), p.v(m, rm))
}

// scalar1 is Floating-point data-processing (1 source):
// M 0 S 11110 ftype 1 opcode 10000 Rn Rd, where ftype is the source's.
func scalar1(name string, opcode uint32, to, from Width, d, n V) Inst {
	return inst(name, 0x1e204000|ftype(from)<<22|opcode<<15, to.in(S, D).v(d, rd), from.in(S, D).v(n, rn))
}
