package catalog

import (
	"maps"
	"slices"

	. "github.com/seed63264101/steepest/gen/vec"
)

// The formats of streams.
var (
	bf16  = Format{Elem: BF16}
	rest  = Format{Elem: I16}
	whole = Format{Elem: BF16, Rest: "rest"} // a split value
)

// random16 is a bfloat16 that is rounded stochastically.
func random16(r Rounding) Format { return Format{Elem: BF16, Round: r} }

// coded8 is a code of 8 bits, which is rounded stochastically.
func coded8(c Code, r Rounding) Format { return Format{Elem: U8, Code: c, Round: r} }

// conversions describes the kernels from and to formats.
func conversions() []*Kernel {
	convert := func(name, doc, dst string, params []Param) *Kernel {
		return &Kernel{Name: name, Doc: doc, Family: "format", Params: params, Only: F32,
			Loop: Map{Body: func(b *Body) { b.Store(dst, b.Load(source(params))) }}}
	}
	convert8 := func(name, doc, dst string, params []Param) *Kernel {
		k := convert(name, doc, dst, params)
		k.Loop = Blocks8{Body: k.Loop.(Map).Body}
		return k
	}
	return []*Kernel{
		convert("RoundBF16", "dst[i] = bfloat16 nearest to x[i]", "dst",
			params(Out, Format{Elem: BF16, Round: Nearest}, "dst", In, "x")),
		convert("RoundBF16Stochastic", "dst[i] = x[i] rounded to bfloat16 by random bits", "dst",
			params(Out, random16(Shifted), "dst", In, "x", Bits32, "k0", "k1", Shift, "shift")),
		convert("WidenBF16", "dst[i] = float32 of x[i]", "dst", params(Out, "dst", In, bf16, "x")),
		convert("SplitBF16", "hi[i], rest[i] = bfloat16 nearest to x[i], rest of its bits", "hi",
			params(Out, whole, "hi", Out, rest, "rest", In, "x")),
		convert("JoinBF16", "dst[i] = float32 with the bits of hi[i] and rest[i]", "dst",
			params(Out, "dst", In, whole, "hi", In, rest, "rest")),
		convert8("QuantizeSigned", "codes[i] = x[i] in 8 bits with a sign", "codes",
			params(Out, coded8(Signed, Shifted), "codes", OutExponents, "exponents", In, "x", Bits32, "k0", "k1", Shift, "shift")),
		convert8("DequantizeSigned", "dst[i] = x[i] that codes[i] stands for", "dst",
			params(Out, "dst", In, coded8(Signed, Truncate), "codes", InExponents, "exponents")),
		{
			Name: "QuantizeUnsigned", Doc: "codes[i] = |x[i]| in 8 bits", Family: "format", Only: F32,
			Params: params(Out, coded8(Unsigned, Shifted), "codes", OutExponents, "exponents", In, "x", Bits32, "k0", "k1", Shift, "shift"),
			Loop:   Blocks8{Body: func(b *Body) { b.Store("codes", b.Abs(b.Load("x"))) }},
		},
		convert8("DequantizeUnsigned", "dst[i] = |x[i]| that codes[i] stands for", "dst",
			params(Out, "dst", In, coded8(Unsigned, Truncate), "codes", InExponents, "exponents")),
		{
			Name: "SumSquaresBF16", Doc: "sum of x[i]², in float64", Family: "format", Only: F32,
			Params: params(In, bf16, "x"),
			Loop: Reduce{Wide: true, Combine: OpAdd, Term: func(b *Body) Val {
				return b.Mul(b.Load("x"), b.Load("x"))
			}},
		},
	}
}

// source returns the name of the first stream that is read.
func source(params []Param) string {
	return params[slices.IndexFunc(params, func(p Param) bool { return p.Kind == In })].Name
}

// formats are those of a step's streams, by their names.
type formats map[string]Format

// The formats of state and parameters. A first moment or velocity takes the upper ones of an
// element's random bits, a second moment the lower ones, and a parameter those in the middle.
var (
	moments16  = formats{"m": random16(High), "v": random16(Low)}
	velocity16 = formats{"buf": random16(High), "m": random16(High)}
	moments8   = formats{"m": coded8(Signed, High), "v": coded8(Positive, Low)}
	velocity8  = formats{"buf": coded8(Signed, High), "m": coded8(Signed, High)}
	params16   = formats{"p": random16(Middle), "g": bf16}
	split16    = formats{"p": whole, "g": bf16}
)

// formatted describes the steps whose streams have formats: each has the body of the step that
// it is made of, with other loads and stores.
func formatted() []*Kernel {
	steps := updates()
	step := func(name, of, doc string, all ...formats) *Kernel {
		k := *steps[slices.IndexFunc(steps, func(k *Kernel) bool { return k.Name == of })]
		k.Name, k.Doc, k.Family, k.Only = name, k.Doc+doc, "format", F32
		k.Params = withFormats(k.Params, all...)
		if isCoded(k.Params) {
			k.Loop = Blocks8{Body: k.Loop.(Map).Body}
		}
		return &k
	}
	return []*Kernel{
		step("AdamState16", "Adam", ", with moments of bfloat16", moments16),
		step("AdamSplit", "Adam", ", with split parameters and gradients of bfloat16", split16),
		step("AdamBF16State16", "Adam", ", all of bfloat16", params16, moments16),
		step("AdamState8", "Adam", ", with moments of 8 bits", moments8),
		step("AdamSplitState8", "Adam", ", with split parameters, gradients of bfloat16 and moments of 8 bits", split16, moments8),
		step("AdamBF16State8", "Adam", ", of bfloat16 with moments of 8 bits", params16, moments8),
		step("MomentumState8", "Momentum", ", with a velocity of 8 bits", velocity8),
		step("NesterovState8", "Nesterov", ", with a velocity of 8 bits", velocity8),
		step("LionState8", "Lion", ", with a moment of 8 bits", velocity8),
		step("MomentumState16", "Momentum", ", with a velocity of bfloat16", velocity16),
		step("NesterovState16", "Nesterov", ", with a velocity of bfloat16", velocity16),
		step("LionState16", "Lion", ", with a moment of bfloat16", velocity16),
	}
}

// isCoded reports whether a stream has codes of 8 bits.
func isCoded(list []Param) bool {
	return slices.ContainsFunc(list, func(p Param) bool { return p.Format.Code != 0 })
}

// withFormats returns the parameters of a step whose streams have formats: behind a split one
// comes the rest, and random bits ask for their keys.
func withFormats(list []Param, all ...formats) []Param {
	of := formats{}
	for _, f := range all {
		maps.Copy(of, f)
	}
	var with []Param
	random := false
	for _, p := range list {
		p.Format = of[p.Name]
		random = random || p.Format.Round.Random()
		with = append(with, p)
		if p.Format.Code != 0 {
			with = append(with, Param{Name: p.Name + "exp", Kind: InOutExponents})
		}
		if p.Format.Rest != "" {
			with = append(with, Param{Name: p.Format.Rest, Kind: p.Kind, Format: rest})
		}
	}
	if random {
		with = append(with, params(Bits32, "k0", "k1")...)
	}
	return with
}
