package main

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/seed63264101/steepest/fuzz/internal/assembly"
	"github.com/seed63264101/steepest/gen/arm64/enc"
)

// Instructions of arm64 that Go's assembler lacks are words, with the instruction in a
// comment. They are taken from there, changed, and encoded again.

// vectorInst is such an instruction.
type vectorInst struct {
	name    string
	arr     enc.Arr
	d, n, m enc.V
	two     bool // it has no m
}

var vectorText = regexp.MustCompile(`^(\w+) v(\d+)\.(\w+), v(\d+)\.\w+(?:, v(\d+)\.\w+)?$`)

// parseWord reads the comment behind a word.
func parseWord(comment string) (vectorInst, bool) {
	m := vectorText.FindStringSubmatch(comment)
	if m == nil {
		return vectorInst{}, false
	}
	number := func(s string) enc.V {
		n, _ := strconv.Atoi(s)
		return enc.V(n)
	}
	in := vectorInst{name: m[1], arr: enc.S4, d: number(m[2]), n: number(m[4]), m: number(m[5]), two: m[5] == ""}
	if m[3] == "2d" {
		in.arr = enc.D2
	}
	return in, true
}

type (
	float3 = func(a enc.Arr, d, n, m enc.V) enc.Inst
	float2 = func(a enc.Arr, d, n enc.V) enc.Inst
)

// whole and copied are instructions that know no arrangement.
func whole(f func(d, n, m enc.V) enc.Inst) float3 {
	return func(_ enc.Arr, d, n, m enc.V) enc.Inst { return f(d, n, m) }
}

func copied(f func(d, n enc.V) enc.Inst) float2 {
	return func(_ enc.Arr, d, n enc.V) enc.Inst { return f(d, n) }
}

var threeOperands = map[string]float3{
	"fadd": enc.FADD, "fsub": enc.FSUB, "fmul": enc.FMUL, "fdiv": enc.FDIV,
	"fcmeq": enc.FCMEQ, "fcmge": enc.FCMGE, "fcmgt": enc.FCMGT, "facge": enc.FACGE, "facgt": enc.FACGT,
	"fmax": enc.FMAX, "fmin": enc.FMIN, "fmaxnm": enc.FMAXNM, "smax": enc.SMAX, "add": enc.ADD, "cmgt": enc.CMGT, "cmeq": enc.CMEQ,
	"and": whole(enc.AND), "bic": whole(enc.BIC), "orr": whole(enc.ORR), "eor": whole(enc.EOR),
	"fmla": enc.FMLA, "fmls": enc.FMLS,
	"bsl": whole(enc.BSL), "bit": whole(enc.BIT), "bif": whole(enc.BIF),
}

var twoOperands = map[string]float2{
	"fsqrt": enc.FSQRT, "fabs": enc.FABS, "fneg": enc.FNEG,
	"mov": copied(enc.MOV), "not": copied(enc.NOT), "fcvtl": copied(enc.FCVTL), "fcvtl2": copied(enc.FCVTL2),
}

// wordOperations are what a vector operation may be changed to.
var wordOperations = map[string][]string{
	"fadd": {"fsub", "fmul"}, "fsub": {"fadd", "fmul"}, "fmul": {"fadd", "fdiv"}, "fdiv": {"fmul", "fsub"},
	"fcmgt": {"fcmge"}, "fcmeq": {"fcmge"}, "facgt": {"facge", "fcmgt"}, "fmax": {"fmin", "fmaxnm"}, "smax": {"add"}, "cmgt": {"cmeq"},
	"fmla": {"fmls"}, "fmls": {"fmla"}, "bsl": {"bit", "bif"}, "bic": {"and"}, "orr": {"eor", "and"},
	"fsqrt": {"fabs"}, "fabs": {"fneg", "mov"}, "mov": {"not"}, "fcvtl": {"fcvtl2"},
}

// wordCommutes are the operations whose sources commute.
var wordCommutes = map[string]bool{"fadd": true, "fmul": true, "fcmeq": true, "fmax": true, "smax": true, "orr": true}

// encode returns the instruction as a word with its comment.
func (v vectorInst) encode() (string, bool) {
	if v.two {
		if f, ok := twoOperands[v.name]; ok {
			return f(v.arr, v.d, v.n).String(), true
		}
		return "", false
	}
	f, ok := threeOperands[v.name]
	if !ok {
		return "", false
	}
	return f(v.arr, v.d, v.n, v.m).String(), true
}

// wordChanges returns what the instruction behind a word may be changed to.
func wordChanges(in assembly.Instruction) []change {
	v, ok := parseWord(in.Comment)
	if !ok {
		return nil
	}
	var all []change
	add := func(kind string, w vectorInst) {
		if text, ok := w.encode(); ok && !strings.HasPrefix(text, in.String()) {
			all = append(all, change{kind, text})
		}
	}
	for _, name := range wordOperations[v.name] {
		w := v
		w.name = name
		add("operation", w)
	}
	swapped := v
	swapped.d, swapped.n = v.n, v.d
	add("order", swapped)
	if !v.two && !wordCommutes[v.name] {
		swapped = v
		swapped.n, swapped.m = v.m, v.n
		add("order", swapped)
	}
	return all
}
