// Package golden holds the hashes of what every kernel and every update rule
// computes from fixed inputs. Tests compare with them on every machine and level:
// tests that compare levels with each other do not see what a whole machine does
// otherwise.
//
// The table is golden.txt; make golden writes it anew. Its hashes change with the
// numeric contract or with the tests' inputs, never with the code alone.
package golden

import (
	_ "embed"
	"flag"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/seed63264101/steepest/kernels"
)

var update = flag.Bool("update", false, "write the golden hashes that were computed instead of comparing")

const file = "golden.txt"

//go:embed golden.txt
var text string

// A Hash takes numbers one after the other. The zero value has taken none.
type Hash uint64

// Add takes a number. All NaNs are one.
func (h *Hash) Add(x float64) {
	b := math.Float64bits(x)
	if x != x {
		b = 0x7ff8 << 48
	}
	const start, prime = 0xcbf29ce484222325, 1<<40 | 0x1b3 // of FNV-1a
	v := uint64(*h) ^ start
	for range 8 {
		v = (v ^ b&0xff) * prime
		b >>= 8
	}
	*h = Hash(v)
}

// AddAll takes the elements of a vector, and its length.
func AddAll[T kernels.Float](h *Hash, x []T) {
	h.Add(float64(len(x)))
	for _, v := range x {
		h.Add(float64(v))
	}
}

// Check compares the hashes of one kind of things, by their names, with the
// table, which must have them all and no others. where tells how they were
// computed, as failures say.
func Check(t *testing.T, kind, where string, got map[string]Hash) {
	t.Helper()
	if *update {
		if err := write(kind, got); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := parse(text)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range slices.Sorted(maps.Keys(got)) {
		h, ok := want[kind+" "+name]
		switch {
		case !ok:
			t.Errorf("%s %s has no golden hash: make golden", kind, name)
		case h != got[name]:
			t.Errorf("%s %s, %s: hash %016x, the golden one is %016x", kind, name, where, got[name], h)
		}
	}
	for _, line := range slices.Sorted(maps.Keys(want)) {
		name, ok := strings.CutPrefix(line, kind+" ")
		if _, computed := got[name]; ok && !computed {
			t.Errorf("%s %s has a golden hash, but there is none: make golden", kind, name)
		}
	}
}

// parse reads a table: kind, name and hash in each line.
func parse(text string) (map[string]Hash, error) {
	table := make(map[string]Hash)
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		i := strings.LastIndexByte(line, ' ')
		h, err := strconv.ParseUint(line[i+1:], 16, 64)
		if err != nil || i < 0 || len(line)-i-1 != 16 {
			return nil, fmt.Errorf("golden: bad line %q in %s", line, file)
		}
		table[line[:i]] = Hash(h)
	}
	return table, nil
}

// write replaces a kind's lines of the table. It runs in a package's directory,
// which must be one below the module's.
func write(kind string, got map[string]Hash) error {
	path := filepath.Join("..", "kernels", "kerneltest", "golden", file)
	old, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	table, err := parse(string(old))
	if err != nil {
		return err
	}
	maps.DeleteFunc(table, func(line string, _ Hash) bool { return strings.HasPrefix(line, kind+" ") })
	for name, h := range got {
		table[kind+" "+name] = h
	}
	var b strings.Builder
	for _, line := range slices.Sorted(maps.Keys(table)) {
		fmt.Fprintf(&b, "%s %016x\n", line, uint64(table[line]))
	}
	return os.WriteFile(path, []byte(b.String()), 0o644)
}
