package kernels_test

import "github.com/seed63264101/steepest/kernels"

// formatStackCalls is stackCalls for the functions of formats, with vectors of two blocks.
func formatStackCalls() map[string]func() {
	type (
		f32  = [300]float32
		b16  = [300]kernels.BFloat16
		i16  = [300]int16
		code = [300]uint8
		exps = [2]uint8
		v8   = kernels.Vector8
	)
	r := kernels.NewRounding(1, 2, 3, 4)
	return map[string]func(){
		"RoundBF16":           func() { var x f32; var y b16; kernels.RoundBF16(y[:], x[:]) },
		"RoundBF16Stochastic": func() { var x f32; var y b16; kernels.RoundBF16Stochastic(y[:], x[:], r) },
		"WidenBF16":           func() { var x f32; var y b16; kernels.WidenBF16(x[:], y[:]) },
		"SplitBF16":           func() { var x f32; var y b16; var z i16; kernels.SplitBF16(y[:], z[:], x[:]) },
		"JoinBF16":            func() { var x f32; var y b16; var z i16; kernels.JoinBF16(x[:], y[:], z[:]) },
		"SumSquaresBF16":      func() { var y b16; kernels.SumSquaresBF16(y[:]) },
		"ToBFloat16":          func() { kernels.ToBFloat16(1) },
		"QuantizeSigned":      func() { var x f32; var c code; var e exps; kernels.QuantizeSigned(v8{c[:], e[:]}, x[:], r) },
		"QuantizeUnsigned":    func() { var x f32; var c code; var e exps; kernels.QuantizeUnsigned(v8{c[:], e[:]}, x[:], r) },
		"DequantizeSigned":    func() { var x f32; var c code; var e exps; kernels.DequantizeSigned(x[:], v8{c[:], e[:]}) },
		"DequantizeUnsigned":  func() { var x f32; var c code; var e exps; kernels.DequantizeUnsigned(x[:], v8{c[:], e[:]}) },
		"AdamState16": func() {
			var p, g f32
			var m, v b16
			kernels.AdamState16(p[:], g[:], m[:], v[:], adam16, r)
		},
		"AdamState8": func() {
			var p, g f32
			var m, v code
			var d, e exps
			kernels.AdamState8(p[:], g[:], v8{m[:], d[:]}, v8{v[:], e[:]}, adam16, r)
		},
		"AdamSplit": func() {
			var p, g b16
			var rest i16
			var m, v f32
			kernels.AdamSplit(p[:], rest[:], g[:], m[:], v[:], adam16)
		},
		"AdamSplitState8": func() {
			var p, g b16
			var rest i16
			var m, v code
			var d, e exps
			kernels.AdamSplitState8(p[:], rest[:], g[:], v8{m[:], d[:]}, v8{v[:], e[:]}, adam16, r)
		},
		"AdamBF16State16": func() {
			var p, g, m, v b16
			kernels.AdamBF16State16(p[:], g[:], m[:], v[:], adam16, r)
		},
		"AdamBF16State8": func() {
			var p, g b16
			var m, v code
			var d, e exps
			kernels.AdamBF16State8(p[:], g[:], v8{m[:], d[:]}, v8{v[:], e[:]}, adam16, r)
		},
		"MomentumState16": func() { var p, g f32; var m b16; kernels.MomentumState16(p[:], g[:], m[:], momentum16, r) },
		"NesterovState16": func() { var p, g f32; var m b16; kernels.NesterovState16(p[:], g[:], m[:], momentum16, r) },
		"LionState16":     func() { var p, g f32; var m b16; kernels.LionState16(p[:], g[:], m[:], lion16, r) },
		"MomentumState8": func() {
			var p, g f32
			var m code
			var e exps
			kernels.MomentumState8(p[:], g[:], v8{m[:], e[:]}, momentum16, r)
		},
		"NesterovState8": func() {
			var p, g f32
			var m code
			var e exps
			kernels.NesterovState8(p[:], g[:], v8{m[:], e[:]}, momentum16, r)
		},
		"LionState8": func() {
			var p, g f32
			var m code
			var e exps
			kernels.LionState8(p[:], g[:], v8{m[:], e[:]}, lion16, r)
		},
	}
}
