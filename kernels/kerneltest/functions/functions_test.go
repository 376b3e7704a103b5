package functions

import (
	"math"
	"os"
	"slices"
	"strings"
	"testing"
)

// What this package computes itself is what the stored hashes say, of a few blocks of
// each function, or of all.
func TestCorrect(t *testing.T) {
	for _, name := range Names() {
		t.Run(name, func(t *testing.T) {
			f := Correct(name)
			if os.Getenv(Env) == "all" {
				Test(t, name, f)
				return
			}
			if err := checkCases(name, f); err != nil {
				t.Error(err)
			}
			blocks := []int{0x3f8, 0x007, 0x3e5, 0x412, 0xbf3, 0xc29}
			if testing.Short() {
				blocks = blocks[:1]
			}
			for _, block := range blocks {
				if err := CheckBlock(name, f, block); err != nil {
					t.Error(err)
				}
			}
		})
	}
}

// The special values of C's Annex F, and of what it does not have.
func TestSpecials(t *testing.T) {
	inf, nan, zero := float32(math.Inf(1)), float32(math.NaN()), float32(math.Copysign(0, -1))
	x := []float32{0, zero, inf, -inf, nan}
	want := map[string][]float32{
		"Exp":     {1, 1, inf, 0, nan},
		"Exp2":    {1, 1, inf, 0, nan},
		"Expm1":   {0, zero, inf, -1, nan},
		"Log":     {-inf, -inf, inf, nan, nan},
		"Log1p":   {0, zero, inf, nan, nan},
		"Tanh":    {0, zero, 1, -1, nan},
		"Sigmoid": {0.5, 0.5, 1, 0, nan},
		"Erf":     {0, zero, 1, -1, nan},
	}
	for _, name := range Names() {
		inputs, wanted := Cases(name)
		for i, v := range x {
			at := slices.Index(inputs, bits(v))
			if at < 0 {
				t.Errorf("%s has no case of %v", name, v)
			} else if wanted[at] != bits(want[name][i]) {
				t.Errorf("%s(%v) is stored as %v", name, v, math.Float32frombits(wanted[at]))
			}
		}
	}
	if len(want) != len(Names()) {
		t.Errorf("functions %v, special values of %d", Names(), len(want))
	}
}

// The table's own inputs are in order, for Correct, and a stored value is next to what
// package math has.
func TestTable(t *testing.T) {
	for _, table := range tables() {
		for i, x := range table.inputs {
			if i > 0 && x <= table.inputs[i-1] {
				t.Fatalf("%s: input %08x stands behind %08x", table.name, x, table.inputs[i-1])
			}
		}
		inputs, wanted := Cases(table.name)
		for i := range inputs {
			x, y := math.Float32frombits(inputs[i]), math.Float32frombits(wanted[i])
			r := float32(float64s[table.name](float64(x)))
			up, down := math.Nextafter32(r, float32(math.Inf(1))), math.Nextafter32(r, float32(math.Inf(-1)))
			if b := bits(y); b != bits(r) && b != bits(up) && b != bits(down) {
				t.Fatalf("%s(%s) is stored as %s", table.name, number(x), number(y))
			}
		}
		t.Logf("%s: %d cases of its own", table.name, len(table.inputs))
	}
}

// A function that is wrong is found, and its input named: by the cases, what errs by
// 2^-46; by a block's hash, what errs at one input; by samples, what errs at some.
func TestWrong(t *testing.T) {
	for _, name := range Names() {
		rough := func(y, x []float32) {
			for i, v := range x {
				y[i] = float32(float64s[name](float64(v)) * (1 + 0x1p-46))
			}
		}
		if err := checkCases(name, rough); err == nil {
			t.Errorf("%s: an error of 2^-46 was not found among the cases", name)
		}
	}

	flip := func(wrong func(bits uint32) bool) func(y, x []float32) {
		correct := Correct("Exp")
		return func(y, x []float32) {
			correct(y, x)
			for i, v := range x {
				if b := math.Float32bits(v); wrong(b) {
					y[i] = math.Float32frombits(math.Float32bits(y[i]) ^ 1)
				}
			}
		}
	}
	const bad = 0x3fabcdef
	err := CheckBlock("Exp", flip(func(b uint32) bool { return b == bad }), bad/BlockInputs)
	for _, want := range []string{"Exp", "0x3fabcdef", "1 of these 1048576"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("one wrong value in a block: error %v, want one with %q", err, want)
		}
	}
	if err := CheckBlock("Exp", flip(func(uint32) bool { return false }), bad/BlockInputs); err != nil {
		t.Error(err)
	}
	err = check("Exp", flip(func(b uint32) bool { return b%64 == 51 && b>>20 == 0x3fa }), 1<<10)
	if err == nil || !strings.Contains(err.Error(), "of these 1024 values") {
		t.Errorf("wrong values in one block of a sample: error %v", err)
	}
}
