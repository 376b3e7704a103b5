package optim

import (
	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim/internal/packed"
)

// newPacked returns the vectors of zeros that parameters keep their state in, if it is in a
// format of fewer bits: lengths and numbers are those of lens, of which a native parameter has
// none. They lie in memory as those of newState do.
func newPacked(formats []Format, signed [][]bool, lens [][]int) [][]packed.Vector {
	lens16, codes, exponents := make([][]int, len(lens)), make([][]int, len(lens)), make([][]int, len(lens))
	for i, l := range lens {
		switch formats[i] {
		case BFloat16:
			lens16[i] = l
		case Int8:
			codes[i] = l
			for _, n := range l {
				exponents[i] = append(exponents[i], kernels.Exponents8(n))
			}
		}
	}
	of16, ofCodes, ofExponents := newState[kernels.BFloat16](lens16), newState[uint8](codes), newState[uint8](exponents)
	all := make([][]packed.Vector, len(lens))
	for i := range lens {
		for j, x := range of16[i] {
			all[i] = append(all[i], packed.Vector{Number: j, BF16: x})
		}
		for j, x := range ofCodes[i] {
			all[i] = append(all[i], packed.Vector{Number: j, Int8: kernels.Vector8{Codes: x, Exponents: ofExponents[i][j]}, Signed: signed[i][j]})
		}
	}
	return all
}
