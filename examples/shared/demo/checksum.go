package demo

import (
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"io"
	"math"

	"github.com/seed63264101/steepest/kernels"
)

// Checksum prints a line with a hash of the bits of a loss and of parameters: the same on
// every machine that does the same training.
func Checksum[T kernels.Float](w io.Writer, loss float64, params ...[]T) {
	h := fnv.New64a()
	add := func(x float64) { binary.Write(h, binary.LittleEndian, math.Float64bits(x)) }
	add(loss)
	for _, p := range params {
		for _, x := range p {
			add(float64(x))
		}
	}
	fmt.Fprintf(w, "checksum %016x of the loss and the parameters\n", h.Sum64())
}
