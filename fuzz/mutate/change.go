package main

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/seed63264101/steepest/fuzz/internal/assembly"
)

// change is an instruction in the place of another.
type change struct {
	kind string // operation, order, immediate, displacement or drop
	text string // the new instruction; none where it is dropped
}

// changes returns what an instruction may be changed to, all that there is. Changes that
// cannot show are left out: the order of operands that commute, and what is there for
// speed alone.
func changes(l assembly.Level, in assembly.Instruction) []change {
	switch {
	case in.Op == "VZEROUPPER": // a test of the generator's demands it
		return nil
	case prefetches[in.Op]:
		return nil
	case in.Op == "WORD":
		return append(wordChanges(in), change{kind: "drop"})
	}
	operations, commute := amd64Operations, amd64Commute
	if l.Arch == "arm64" {
		operations, commute = arm64Operations, arm64Commute
	}
	var all []change
	add := func(kind, op string, operands []string) {
		text := assembly.Instruction{Op: op, Operands: operands}.String()
		if text != in.String() {
			all = append(all, change{kind, text})
		}
	}
	for _, op := range operations[in.Op] {
		add("operation", op, in.Operands)
	}
	for i := range in.Operands {
		for j := range i {
			if swaps(in, j, i, commute[in.Op]) {
				swapped := slices.Clone(in.Operands)
				swapped[i], swapped[j] = swapped[j], swapped[i]
				add("order", in.Op, swapped)
			}
		}
	}
	for i, operand := range in.Operands {
		with := func(kind string, texts []string) {
			for _, text := range texts {
				changed := slices.Clone(in.Operands)
				changed[i] = text
				add(kind, in.Op, changed)
			}
		}
		with("immediate", immediates(operand))
		with("displacement", displacements(operand, in.Type()))
	}
	return append(all, change{kind: "drop"})
}

// prefetches are hints of what will be read.
var prefetches = map[string]bool{"PREFETCHT0": true, "PRFM": true}

// shows returns the instructions that have an effect: without the blocks that prefetch
// and do nothing else than to compute addresses for it.
func shows(all []assembly.Instruction) []assembly.Instruction {
	var kept []assembly.Instruction
	for len(all) > 0 {
		end := 1
		for end < len(all) && !all[end].First {
			end++
		}
		block := all[:end]
		all = all[end:]
		hints, more := false, false
		for _, in := range block {
			hints = hints || prefetches[in.Op]
			more = more || in.Jumps() || strings.ContainsAny(in.Op[:1], "VFKW") // vectors, masks, words
		}
		if !hints || more {
			kept = append(kept, block...)
		}
	}
	return kept
}

// swaps reports whether two operands of an instruction can change their places. How many
// of the first ones commute depends on the operation.
func swaps(in assembly.Instruction, i, j, commute int) bool {
	if in.Jumps() || i < commute && j < commute {
		return false
	}
	return in.Operands[i] != in.Operands[j] && in.Operands[i][0] != '$' && in.Operands[j][0] != '$'
}

// pick draws one of the changes: first the kind, and then one of that kind.
func pick(r *rand.Rand, all []change) change {
	var kinds []string
	for _, c := range all {
		if !slices.Contains(kinds, c.kind) {
			kinds = append(kinds, c.kind)
		}
	}
	kind := kinds[r.IntN(len(kinds))]
	of := slices.DeleteFunc(slices.Clone(all), func(c change) bool { return c.kind != kind })
	return of[r.IntN(len(of))]
}

// immediates returns other values of an immediate operand, or lane number.
func immediates(operand string) []string {
	if text, ok := strings.CutPrefix(operand, "$"); ok {
		v, err := strconv.ParseInt(text, 0, 64)
		if err != nil {
			return nil
		}
		var all []string
		for _, w := range []int64{v + 1, v - 1, 2 * v} {
			all = append(all, fmt.Sprintf("$%d", w))
		}
		return all
	}
	if m := lane.FindStringSubmatch(operand); m != nil { // V1.S[2]
		i, _ := strconv.Atoi(m[2])
		return []string{fmt.Sprintf("%s[%d]", m[1], i^1)}
	}
	if m := shifted.FindStringSubmatch(operand); m != nil { // R1<<2
		by, _ := strconv.Atoi(m[2])
		return []string{fmt.Sprintf("%s<<%d", m[1], by+1), m[1]}
	}
	return nil
}

var (
	lane     = regexp.MustCompile(`^(V\d+\.[BHSD])\[(\d)\]$`)
	shifted  = regexp.MustCompile(`^(R\d+)<<(\d)$`)
	argument = regexp.MustCompile(`^(\w+)\+(\d+)(\(FP\))$`)
	slot     = regexp.MustCompile(`^((?:local-)?)(\d*)\(SP\)$`)
	place    = regexp.MustCompile(`^(-?\d*)(\(\w+\))$`)
	indexed  = regexp.MustCompile(`^(\(\w+\)\(\w+)\*(\d)\)$`)
)

// displacements returns other places for an operand in memory.
func displacements(operand, typ string) []string {
	e := 4
	if typ == "f64" {
		e = 8
	}
	if m := argument.FindStringSubmatch(operand); m != nil {
		at, _ := strconv.Atoi(m[2])
		return []string{fmt.Sprintf("%s+%d%s", m[1], at+8, m[3]), fmt.Sprintf("%s+%d%s", m[1], max(0, at-8), m[3])}
	}
	if m := slot.FindStringSubmatch(operand); m != nil { // 8(SP), and on arm64 local-16(SP)
		at, _ := strconv.Atoi("0" + m[2])
		all := []string{fmt.Sprintf("%s%d(SP)", m[1], at+8)}
		if at > 8 || at == 8 && m[1] == "" {
			all = append(all, fmt.Sprintf("%s%d(SP)", m[1], at-8))
		}
		return all
	}
	if m := indexed.FindStringSubmatch(operand); m != nil {
		times, _ := strconv.Atoi(m[2])
		return []string{fmt.Sprintf("%s*%d)", m[1], 2*times), fmt.Sprintf("%s*%d)", m[1], max(1, times/2))}
	}
	if m := place.FindStringSubmatch(operand); m != nil {
		d, _ := strconv.Atoi("0" + strings.TrimPrefix(m[1], "-"))
		if strings.HasPrefix(m[1], "-") {
			d = -d
		}
		all := []string{fmt.Sprintf("%d%s", d+e, m[2]), fmt.Sprintf("%d%s", d-e, m[2])}
		if d != 0 {
			all = append(all, m[2])
		}
		return all
	}
	return nil
}

// typed returns the operations of both vector types and of single elements.
func typed(table map[string][]string) map[string][]string {
	all := map[string][]string{}
	for from, list := range table {
		for _, suffix := range []string{"PS", "PD", "SS", "SD"} {
			for _, to := range list {
				all[from+suffix] = append(all[from+suffix], to+suffix)
			}
		}
	}
	return all
}

// amd64Operations are what an operation may be changed to. Some operations are spelled
// out because they know no other type, or none but a similar one.
var amd64Operations = func() map[string][]string {
	all := typed(map[string][]string{
		"VADD": {"VSUB", "VMUL"}, "VSUB": {"VADD", "VMAX"}, "VMUL": {"VADD", "VDIV"}, "VDIV": {"VMUL", "VSUB"},
		"VMAX": {"VMIN", "VADD"}, "VMIN": {"VMAX", "VMUL"}, "VSQRT": {"VMOVU"},
		"VAND": {"VANDN", "VOR"}, "VOR": {"VXOR", "VAND"}, "VCMP": {"VMAX"}, "VXOR": {"VOR"},
		"VFMADD231": {"VFMSUB231", "VFNMADD231"}, "VFNMADD231": {"VFMADD231"},
		"VFMADD213": {"VFMADD231"}, "VFMADD132": {"VFMADD231"},
	})
	for op, list := range map[string][]string{
		"VMOVSS": {"VMOVSD"}, "VMOVSD": {"VMOVSS"}, "VMOVHPD": {"VMOVLPD"},
		"VMOVUPS.Z": {"VMOVUPS"}, "VMOVUPD.Z": {"VMOVUPD"}, "VMOVAPS.Z": {"VMOVAPS"}, "VMOVAPD.Z": {"VMOVAPD"},
		"VCVTPS2PD.Z": {"VCVTPS2PD"}, "VCVTPS2PD": {"VCVTDQ2PD"}, "VCVTSS2SD": {"VCVTSD2SS"}, "VCVTSD2SS": {"VCVTSS2SD"},
		"VUNPCKHPD": {"VUNPCKLPD"}, "VUNPCKLPD": {"VUNPCKHPD"}, "VUNPCKHPS": {"VUNPCKLPS"}, "VUNPCKLPS": {"VUNPCKHPS"},
		"VMOVSHDUP": {"VMOVSLDUP"},
		"VPMAXSD":   {"VPMINSD"}, "VPMAXSQ": {"VPMINSQ"}, "VPCMPGTQ": {"VPCMPEQQ"}, "VPAND": {"VPANDN", "VPOR"},
		"VPADDQ": {"VPSUBQ"}, "VPSUBQ": {"VPADDQ"}, "VPSLLQ": {"VPSRLQ"}, "VPSRLQ": {"VPSLLQ"}, "VPCMPEQQ": {"VPCMPGTQ"}, "VPMULUDQ": {"VPMULDQ", "VPADDQ"},
		"VCVTPD2PS": {"VCVTPD2DQ"}, "VCVTPD2PSX": {"VCVTPD2DQX"}, "VCVTPD2PSY": {"VCVTPD2DQY"}, "VSCALEFPD": {"VMULPD"},
		"VPADDD": {"VPSUBD"}, "VPSUBD": {"VPADDD"}, "VPMULLD": {"VPADDD"}, "VPMINUB": {"VPMAXUB", "VPMINSB"}, "VPMAXUB": {"VPMINUB", "VPMAXSB"}, "VPACKSSWB": {"VPACKUSWB"}, "VPMINUD": {"VPMAXUD", "VPMINSD"}, "VPMAXUD": {"VPMINUD", "VPMAXSD"},
		"VPSLLD": {"VPSRLD"}, "VPSRLD": {"VPSLLD", "VPSRAD"}, "VPSRAD": {"VPSRLD"}, "VPSRLVD": {"VPSRAVD"}, "VPCMPEQD": {"VPCMPGTD"}, "VPANDN": {"VPAND"}, "VPXOR": {"VPOR"}, "VPBROADCASTD": {"VPBROADCASTW"},
		"VPMOVZXWD": {"VPMOVSXWD"}, "VPMOVSXWD": {"VPMOVZXWD"}, "VPMOVZXBD": {"VPMOVSXBD"}, "VPMOVSXBD": {"VPMOVZXBD"}, "VPMOVSXBD.Z": {"VPMOVSXBD"},
		"VPMOVZXWD.Z": {"VPMOVZXWD"}, "VPMOVSXWD.Z": {"VPMOVSXWD"}, "VPMOVZXBD.Z": {"VPMOVZXBD"},
		"VPERMW": {"VPERMD"}, "VPERMW.Z": {"VPERMW"}, "VMOVDQU16": {"VMOVDQU8"}, "VMOVDQU16.Z": {"VMOVDQU16"}, "KMOVD": {"KMOVW"}, "VFIXUPIMMPS": {"VFIXUPIMMPD"},
		"VPMOVDW": {"VPMOVUSDW"}, "VPMOVDB": {"VPMOVUSDB"}, "VPACKUSDW": {"VPACKSSDW"}, "VPACKSSDW": {"VPACKUSDW"}, "VPACKUSWB": {"VPACKSSWB"},
		"VPINSRB": {"VPINSRW"}, "VPINSRW": {"VPINSRB"}, "VPEXTRB": {"VPEXTRW"}, "VPEXTRW": {"VPEXTRB"}, "VPINSRD": {"VPINSRW"}, "VPSLLDQ": {"VPSRLDQ"},
		"VPTESTMD": {"VPTESTNMD"}, "VPTESTMQ": {"VPTESTNMQ"}, "VPSIGND": {"VPSIGNW"},
		"VPMOVM2D": {"VPMOVM2W"}, "VPMOVM2Q": {"VPMOVM2D"}, "VPMOVD2M": {"VPMOVW2M"}, "VPMOVQ2M": {"VPMOVD2M"},
		"VMOVMSKPS": {"VMOVMSKPD"}, "VMOVMSKPD": {"VMOVMSKPS"}, "KMOVW": {"KMOVB"},
		"ADDQ": {"SUBQ"}, "SUBQ": {"ADDQ"}, "NEGQ": {"NOTQ"}, "IMULQ": {"ADDQ"}, "LEAQ": {"MOVQ"},
		"SHLQ": {"SHRQ"}, "SHRQ": {"SHLQ"}, "ANDQ": {"ORQ"}, "ANDL": {"ORL"}, "ORL": {"ANDL"}, "XORL": {"ORL"}, "TZCNTL": {"LZCNTL"},
		"JLT": {"JLE", "JGE"}, "JLE": {"JLT", "JGT"}, "JGE": {"JGT", "JLT"}, "JGT": {"JGE", "JLE"},
		"JEQ": {"JNE"}, "JNE": {"JEQ"},
	} {
		all[op] = append(all[op], list...)
	}
	return all
}()

// amd64Commute says how many of an operation's first operands commute.
var amd64Commute = func() map[string]int {
	all := map[string]int{"VPADDQ": 2, "VPCMPEQQ": 2, "VPMULUDQ": 2, "VPAND": 2, "VPMAXSD": 2, "VPMAXSQ": 2, "VPXORD": 2, "VPADDD": 2, "VPMULLD": 2, "VPMINUD": 2, "VPMAXUD": 2, "VPMINUB": 2, "VPMAXUB": 2, "VPCMPEQD": 2, "TESTQ": 2}
	for _, op := range []string{"VADD", "VMUL", "VAND", "VOR", "VXOR", "VFMADD231"} {
		for _, suffix := range []string{"PS", "PD", "SS", "SD"} {
			all[op+suffix] = 2
		}
	}
	return all
}()

// arm64Operations are those that Go's assembler has.
var arm64Operations = map[string][]string{
	"ADD": {"SUB"}, "SUB": {"ADD"}, "SUBS": {"ADDS"}, "MUL": {"ADD"}, "NEG": {"MVN"},
	"LSL": {"LSR"}, "LSR": {"LSL"}, "AND": {"ORR"}, "CMP": {"CMN"}, "MOVWU": {"MOVHU"}, "MOVHU": {"MOVH"}, "MOVBU": {"MOVB"}, "MOVH": {"MOVB"}, "MOVB": {"MOVH"},
	"FMOVQ": {"FMOVD"}, "FMOVD": {"FMOVS"}, "FMOVS": {"FMOVD"},
	"FADDD": {"FSUBD"}, "FCVTSD": {"FCVTDS"}, "FCVTDS": {"FCVTSD"},
	"VEOR": {"VORR"}, "VORR": {"VEOR"}, "RBIT": {"REV"}, "VUZP1": {"VUZP2"},
	"VTRN1": {"VTRN2"}, "VTRN2": {"VTRN1"}, "VZIP1": {"VZIP2"}, "VZIP2": {"VZIP1"},
	"BLT": {"BLE", "BGE"}, "BLE": {"BLT", "BGT"}, "BGE": {"BGT", "BLT"}, "BGT": {"BGE", "BLE"},
	"BEQ": {"BNE"}, "BNE": {"BEQ"}, "CBZ": {"CBNZ"}, "TBZ": {"TBNZ"},
}

// arm64Commute says how many of an operation's first operands commute.
var arm64Commute = map[string]int{"ADD": 2, "MUL": 2, "FADDD": 2, "VEOR": 2, "VORR": 2, "VUZP1": 2}
