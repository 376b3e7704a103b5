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

// word is such an instruction.
type word interface {
	// encode returns it as a word with its comment.
	encode() (text string, ok bool)
	// changes calls add for what it may be changed to.
	changes(add func(kind string, w word))
}

// vectorInst works on vector registers.
type vectorInst struct {
	name    string
	arr     enc.Arr
	d, n, m enc.V
	two     bool // it has no m
	byLane  bool // of m, it takes one lane
	lane    int
	shifts  bool // it has no m, but so many bits to shift by
	by      int
}

// memoryInst is a load or a store of [base, index].
type memoryInst struct {
	name        string
	width       enc.Width
	t           enc.V
	base, index enc.R
	alone       bool // it has no index
}

var (
	vectorText = regexp.MustCompile(`^(\w+) v(\d+)\.(\w+), v(\d+)\.(\w+)(?:, v(\d+)\.\w+(?:\[(\d)\])?|, #(\d+))?$`)
	memoryText = regexp.MustCompile(`^(ldr|str) ([sdq])(\d+), \[x(\d+), x(\d+)\]$`)
)

// parseWord reads the comment behind a word.
func parseWord(comment string) (word, bool) {
	number := func(s string) int {
		n, _ := strconv.Atoi(s)
		return n
	}
	if m := memoryText.FindStringSubmatch(comment); m != nil {
		width := enc.S + enc.Width(strings.Index("sdq", m[2]))
		return memoryInst{name: m[1], width: width, t: enc.V(number(m[3])), base: enc.R(number(m[4])), index: enc.R(number(m[5]))}, true
	}
	m := vectorText.FindStringSubmatch(comment)
	if m == nil {
		return nil, false
	}
	arr, ok := arrangements[m[3]]
	if !ok || strings.HasPrefix(m[1], "sqx") { // it narrows, and is named by what it takes
		arr = arrangements[m[5]]
	}
	return vectorInst{name: m[1], arr: arr, d: enc.V(number(m[2])), n: enc.V(number(m[4])), m: enc.V(number(m[6])),
		two: m[6] == "" && m[8] == "", byLane: m[7] != "", lane: number(m[7]), shifts: m[8] != "", by: number(m[8])}, true
}

// arrangements are those of whole registers. Most instructions on bytes know no other.
var arrangements = map[string]enc.Arr{"16b": enc.B16, "8h": enc.H8, "4s": enc.S4, "2d": enc.D2}

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
	"fmax": enc.FMAX, "fmin": enc.FMIN, "fmaxnm": enc.FMAXNM, "smax": enc.SMAX, "umin": enc.UMIN, "umax": enc.UMAX, "mul": enc.MUL, "ushl": enc.USHL, "cmtst": enc.CMTST, "add": enc.ADD, "sub": enc.SUB, "cmgt": enc.CMGT, "cmeq": enc.CMEQ,
	"and": whole(enc.AND), "bic": whole(enc.BIC), "orr": whole(enc.ORR), "eor": whole(enc.EOR),
	"fmla": enc.FMLA, "fmls": enc.FMLS, "umull": whole(enc.UMULL),
	"bsl": whole(enc.BSL), "bit": whole(enc.BIT), "bif": whole(enc.BIF),
}

var twoOperands = map[string]float2{
	"fsqrt": enc.FSQRT, "fabs": enc.FABS, "fneg": enc.FNEG,
	"mov": copied(enc.MOV), "not": copied(enc.NOT), "neg": enc.NEG, "xtn": enc.XTN, "uxtl": enc.UXTL, "sxtl": enc.SXTL,
	"sqxtn": enc.SQXTN, "sqxtn2": enc.SQXTN2, "sqxtun": enc.SQXTUN, "sqxtun2": enc.SQXTUN2, "fcvtl": copied(enc.FCVTL), "fcvtl2": copied(enc.FCVTL2),
	"fcvtn": copied(enc.FCVTN), "fcvtn2": copied(enc.FCVTN2),
}

var shifts = map[string]func(a enc.Arr, d, n enc.V, by int) enc.Inst{
	"shl": enc.SHL, "ushr": enc.USHR, "sshr": enc.SSHR, "shrn": enc.SHRN,
	"shll": func(a enc.Arr, d, n enc.V, _ int) enc.Inst { return enc.SHLL(a, d, n) }, // by what a lane has
}

// wordOperations are what a vector operation may be changed to.
var wordOperations = map[string][]string{
	"fadd": {"fsub", "fmul"}, "fsub": {"fadd", "fmul"}, "fmul": {"fadd", "fdiv"}, "fdiv": {"fmul", "fsub"},
	"fcmgt": {"fcmge"}, "fcmeq": {"fcmge"}, "facgt": {"facge", "fcmgt"}, "fmax": {"fmin", "fmaxnm"}, "smax": {"add"}, "cmgt": {"cmeq"},
	"fmla": {"fmls"}, "fmls": {"fmla"}, "bsl": {"bit", "bif"}, "bic": {"and"}, "orr": {"eor", "and"},
	"fsqrt": {"fabs"}, "fabs": {"fneg", "mov"}, "mov": {"not"}, "fcvtl": {"fcvtl2"},
	"fcvtn": {"fcvtn2"}, "fcmge": {"fcmgt"}, "not": {"mov"}, "add": {"sub"}, "sub": {"add"}, "and": {"orr", "bic"}, "cmeq": {"cmgt"},
	"eor": {"orr"}, "umull": {"add", "and"}, "xtn": {"mov"}, "uxtl": {"sxtl"}, "sxtl": {"uxtl"}, "neg": {"not"},
	"mul": {"add"}, "umin": {"umax"}, "umax": {"umin", "orr"}, "ushl": {"add"}, "cmtst": {"cmeq"}, "shrn": {"ushr"}, "shll": {"shl"}, "sshr": {"ushr"},
	"sqxtn": {"xtn", "sqxtun"}, "sqxtn2": {"sqxtun2", "sqxtn"}, "sqxtun": {"xtn", "sqxtn"}, "sqxtun2": {"sqxtn2", "sqxtun"},
	"shl": {"ushr"}, "ushr": {"shl", "sshr"}, "bit": {"bif"}, "bif": {"bit"},
}

// wordCommutes are the operations whose sources commute.
var wordCommutes = map[string]bool{"fadd": true, "fmul": true, "fcmeq": true, "fmax": true, "smax": true, "orr": true, "eor": true, "umull": true, "mul": true, "umin": true, "umax": true, "cmtst": true, "add": true, "and": true, "cmeq": true}

var laneOperands = map[string]func(a enc.Arr, d, n, m enc.V, i int) enc.Inst{
	"fmla": enc.FMLAElement, "fmul": enc.FMULElement,
}

// laneOperations are what an operation by lane may be changed to, besides the one on
// whole registers.
var laneOperations = map[string][]string{"fmla": {"fmul"}, "fmul": {"fmla"}}

func (v vectorInst) encode() (string, bool) {
	switch {
	case v.shifts:
		if f, ok := shifts[v.name]; ok {
			return f(v.arr, v.d, v.n, v.by).String(), true
		}
	case v.two:
		if f, ok := twoOperands[v.name]; ok {
			return f(v.arr, v.d, v.n).String(), true
		}
	case v.byLane:
		if f, ok := laneOperands[v.name]; ok {
			return f(v.arr, v.d, v.n, v.m, v.lane).String(), true
		}
	default:
		if f, ok := threeOperands[v.name]; ok {
			return f(v.arr, v.d, v.n, v.m).String(), true
		}
	}
	return "", false
}

func (v vectorInst) changes(add func(kind string, w word)) {
	operations := wordOperations[v.name]
	if v.byLane {
		operations = laneOperations[v.name]
		whole := v
		whole.byLane, whole.lane = false, 0
		add("operation", whole)
		other := v
		other.lane ^= 1
		add("immediate", other)
	}
	for _, name := range operations {
		w := v
		w.name = name
		add("operation", w)
	}
	if v.shifts {
		w := v
		w.by--
		add("immediate", w)
	}
	swapped := v
	swapped.d, swapped.n = v.n, v.d
	add("order", swapped)
	if !v.two && !v.shifts && !wordCommutes[v.name] {
		swapped = v
		swapped.n, swapped.m = v.m, v.n
		add("order", swapped)
	}
}

func (v memoryInst) encode() (string, bool) {
	switch {
	case v.name == "ldr" && v.alone:
		return enc.LDR(v.width, v.t, v.base, 0).String(), true
	case v.name == "ldr":
		return enc.LDRRegister(v.width, v.t, v.base, v.index).String(), true
	case v.alone:
		return enc.STR(v.width, v.t, v.base, 0).String(), true
	}
	return enc.STRRegister(v.width, v.t, v.base, v.index).String(), true
}

func (v memoryInst) changes(add func(kind string, w word)) {
	w := v
	w.name = map[string]string{"ldr": "str", "str": "ldr"}[v.name]
	add("operation", w)
	w = v
	w.width = enc.S + (v.width-enc.S+1)%3
	add("operation", w)
	w = v
	w.alone = true
	add("displacement", w)
}

// wordChanges returns what the instruction behind a word may be changed to.
func wordChanges(in assembly.Instruction) []change {
	v, ok := parseWord(in.Comment)
	if !ok {
		return nil
	}
	var all []change
	v.changes(func(kind string, w word) {
		if text, ok := w.encode(); ok && !strings.HasPrefix(text, in.String()) {
			all = append(all, change{kind, text})
		}
	})
	return all
}
