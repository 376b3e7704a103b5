package kernels_test

import (
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/kerneltest/golden"
)

// TestGoldenFormats compares what the functions of formats compute from fixed inputs, of every
// second length usual numbers, with hashes that are the same for all machines.
func TestGoldenFormats(t *testing.T) {
	restoreLevel(t)
	for _, l := range kernels.Levels() {
		activate(t, l)
		hashes := map[string]golden.Hash{}
		for _, fn := range formatFuncs() {
			var h golden.Hash
			eachGolden(fn.name, func(n int, draw func() float32) {
				v := make([]coded, len(fn.formats))
				for i, form := range fn.formats {
					v[i] = newCoded(form, n, draw)
				}
				fn.call(v, places(n).rounding())
				for _, s := range v {
					s.addTo(&h)
				}
			})
			hashes[fn.name] = h
		}
		var h golden.Hash
		eachGolden("SumSquaresBF16", func(n int, draw func() float32) {
			h.Add(kernels.SumSquaresBF16(newCoded(half, 33*n, draw).h)) // more than a block of sums
		})
		hashes["SumSquaresBF16"] = h
		golden.Check(t, "format", "level "+l.String(), hashes)
	}
}

func eachGolden(name string, f func(n int, draw func() float32)) {
	numbers := golden.NewSource[float32](name)
	for i, n := range []int{0, 1, 3, 7, 8, 15, 16, 17, 31, 33, 100, 255, 256, 257, 511, 513} {
		draw := numbers.Usual
		if i%2 == 1 {
			draw = numbers.Any
		}
		f(n, draw)
	}
}

// addTo adds the elements to a hash, and the codes where NaN does not stand for all.
func (s coded) addTo(h *golden.Hash) {
	golden.AddAll(h, s.decoded())
	for _, codes := range [][]uint8{s.v.Codes, s.v.Exponents} {
		for _, c := range codes {
			h.Add(float64(c))
		}
	}
	for _, r := range s.rest {
		h.Add(float64(r))
	}
}
