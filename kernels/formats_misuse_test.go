package kernels_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/seed63264101/steepest/kernels"
)

// slicesOf returns how many slices a vector of a format has.
func slicesOf(f format) int {
	if f == floats || f == half {
		return 1
	}
	return 2
}

// TestFormatMisuse gives one slice after the other a length of its own: of elements, or of
// exponents, which 300 elements have two of.
func TestFormatMisuse(t *testing.T) {
	restoreLevel(t)
	for _, l := range kernels.Levels() {
		activate(t, l)
		for _, fn := range formatFuncs() {
			formatMisuse(t, fn)
		}
	}
}

func formatMisuse(t *testing.T, fn formatFunc) {
	const n = 300
	draw := func() float32 { return 1 }
	v := make([]coded, len(fn.formats))
	for i, form := range fn.formats {
		v[i] = newCoded(form, n, draw)
	}
	for i, form := range fn.formats {
		for slice := range slicesOf(form) {
			numbers := [][2]int{{n, n + 1}, {n, n - 1}, {n, 0}}
			if slice == 1 && form >= signed8 {
				numbers = [][2]int{{2, 1}, {2, 3}, {2, 0}}
			}
			for _, lengths := range numbers {
				bad := cloneAll(v)
				bad[i] = v[i].resized(slice, lengths[1])
				before := cloneAll(bad)
				message := panicOf(func() { fn.call(bad, kernels.Rounding{}) })
				words := strings.FieldsFunc(message, func(r rune) bool { return strings.ContainsRune(" :,", r) })
				for _, word := range []string{fn.name, fmt.Sprint(lengths[0]), fmt.Sprint(lengths[1])} {
					if !slices.Contains(words, word) {
						t.Errorf("%s with slice %d of vector %d too long or short panics with %q, without %s", fn.name, slice, i, message, word)
					}
				}
				for j := range bad {
					if text := bad[j].differs(before[j]); text != "" {
						t.Errorf("%s wrote to vector %d before it panicked: %s", fn.name, j, text)
					}
				}
			}
		}
	}
	if p := panicOf(func() { fn.call(v, kernels.Rounding{}) }); p != "" {
		t.Errorf("%s of equal lengths panics with %q", fn.name, p)
	}
}

// TestVector8 cuts vectors: at the ends of blocks alone.
func TestVector8(t *testing.T) {
	for n, want := range map[int]int{0: 0, 1: 1, 255: 1, 256: 1, 257: 2, 512: 2, 513: 3} {
		v := kernels.NewVector8(n)
		if v.Len() != n || len(v.Codes) != n || len(v.Exponents) != want || kernels.Exponents8(n) != want {
			t.Errorf("a vector of %d elements has %d codes and %d exponents", n, len(v.Codes), len(v.Exponents))
		}
	}
	v := kernels.NewVector8(600)
	for i := range v.Exponents {
		v.Exponents[i] = uint8(100 + i)
	}
	for _, good := range [][4]int{{0, 600, 100, 3}, {0, 256, 100, 1}, {256, 600, 101, 2}, {512, 600, 102, 1}, {256, 512, 101, 1}, {256, 256, 0, 0}, {0, 0, 0, 0}} {
		s := v.Slice(good[0], good[1])
		if s.Len() != good[1]-good[0] || len(s.Exponents) != good[3] || good[3] > 0 && int(s.Exponents[0]) != good[2] {
			t.Errorf("elements %d to %d are %d with exponents %v", good[0], good[1], s.Len(), s.Exponents)
		}
		for i := range s.Codes {
			s.Codes[i]++
			if v.Codes[good[0]+i] != s.Codes[i] {
				t.Fatalf("element %d of a part is not the whole's", i)
			}
		}
	}
	for _, bad := range [][2]int{{1, 600}, {255, 256}, {0, 255}, {256, 599}, {0, 601}, {0, 1024}, {512, 256}, {-256, 256}, {600, 600}} {
		if panicOf(func() { v.Slice(bad[0], bad[1]) }) == "" {
			t.Errorf("elements %d to %d are a vector", bad[0], bad[1])
		}
	}
	part := v.Slice(0, 256)
	if panicOf(func() { part.Slice(0, 512) }) == "" {
		t.Error("512 of a part's 256 elements are a vector")
	}
	if p := panicOf(func() { v.Slice(3, 255) }); !strings.Contains(p, "Vector8: elements 3 to 255 of 600, want multiples of 256") {
		t.Errorf("a part between blocks panics with %q", p)
	}
}
