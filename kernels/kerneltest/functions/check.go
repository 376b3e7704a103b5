package functions

import (
	"fmt"
	"math"
	"os"
	"testing"
)

// A block is so many inputs, whose bits follow each other.
const (
	Blocks      = 4096
	BlockInputs = 1 << 20
)

// Test fails t unless f, y[i] = f(x[i]), has the correctly rounded values of the function
// of that name, bit by bit: on the stored cases and on 2^22 inputs from all blocks, 2^17
// with -short; or on all there are, if Env asks for them. It calls f on several
// goroutines.
func Test(t *testing.T, name string, f func(y, x []float32)) {
	t.Helper()
	n := 1 << 10
	switch {
	case os.Getenv(Env) == "all":
		n = BlockInputs
	case testing.Short():
		n = 1 << 5
	}
	if err := check(name, f, n); err != nil {
		t.Error(err)
	}
}

// check returns what is wrong with f on the stored cases, or else in a block of which it
// takes n inputs.
func check(name string, f func(y, x []float32), n int) error {
	if err := checkCases(name, f); err != nil {
		return err
	}
	return each(Blocks, func(block int) error {
		if n == BlockInputs {
			return CheckBlock(name, f, block)
		}
		return checkSample(name, f, block, n)
	})
}

// CheckBlock returns an error that names an input unless f has the correct values of all
// inputs of a block: their hash is the stored one.
func CheckBlock(name string, f func(y, x []float32), block int) error {
	const piece = 1 << 12
	x, y := make([]float32, piece), make([]float32, piece)
	first := uint32(block) * BlockInputs
	hash := uint64(0xcbf29ce484222325) // FNV-1a's start and prime, 32 bits at a time
	for at := uint32(0); at < BlockInputs; at += piece {
		for i := range x {
			x[i] = math.Float32frombits(first + at + uint32(i))
		}
		f(y, x)
		for _, v := range y {
			hash = (hash ^ uint64(bits(v))) * 0x100000001b3
		}
	}
	want := find(name).hashes[block]
	if hash == want {
		return nil
	}
	return fmt.Errorf("%s: block %d, inputs 0x%08x to 0x%08x, has the hash %016x, want %016x: %w",
		name, block, first, first+BlockInputs-1, hash, want, blame(name, f, first))
}

// blame returns what is wrong in a block whose hash differs.
func blame(name string, f func(y, x []float32), first uint32) error {
	x := make([]float32, BlockInputs)
	for i := range x {
		x[i] = math.Float32frombits(first + uint32(i))
	}
	want := make([]float32, len(x))
	Correct(name)(want, x)
	if err := compare(name, f, x, want); err != nil {
		return err
	}
	return fmt.Errorf("but every value is what Correct returns, so one of these two is wrong")
}

// checkSample checks so many inputs of a block.
func checkSample(name string, f func(y, x []float32), block, n int) error {
	x, want := make([]float32, n), make([]float32, n)
	for i := range x {
		// Multiples of an odd number: all different, and spread over the block.
		spread := uint32(block*n+i) * 0x9e3779b1 >> 12
		x[i] = math.Float32frombits(uint32(block)*BlockInputs + spread)
	}
	Correct(name)(want, x)
	return compare(name, f, x, want)
}

// checkCases checks the stored cases.
func checkCases(name string, f func(y, x []float32)) error {
	inputs, wanted := Cases(name)
	x, want := make([]float32, len(inputs)), make([]float32, len(inputs))
	for i := range x {
		x[i], want[i] = math.Float32frombits(inputs[i]), math.Float32frombits(wanted[i])
	}
	return compare(name, f, x, want)
}

// compare returns an error that counts the values that are wrong and names the first.
func compare(name string, f func(y, x []float32), x, want []float32) error {
	y := make([]float32, len(x))
	f(y, x)
	first, wrong := 0, 0
	for i := range y {
		if bits(y[i]) != bits(want[i]) {
			if wrong == 0 {
				first = i
			}
			wrong++
		}
	}
	if wrong == 0 {
		return nil
	}
	return fmt.Errorf("%s of %s is %s, correctly rounded it is %s; %d of these %d values are wrong",
		name, number(x[first]), number(y[first]), number(want[first]), wrong, len(x))
}
