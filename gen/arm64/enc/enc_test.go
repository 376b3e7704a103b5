package enc

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"

	"golang.org/x/arch/arm64/arm64asm"
)

// instructions lists every instruction once, and all tests run over it.
//
// The syntax is the assembly text with the names of the function's parameters
// in angle brackets. It is all that tells which parameter goes where, so it is
// written from the manual and not from the code. <e> is the letter of a lane of
// arrangement a, <half> as many lanes of half the size, <bits> the size of those, <twice> twice as many,
// <other> the width beside w of S and D. The kinds are those of
// the parameters that are no vector registers, in order.
var instructions = []instruction{
	{FADD, "fadd " + aaa, kinds{floats}},
	{FSUB, "fsub " + aaa, kinds{floats}},
	{FMUL, "fmul " + aaa, kinds{floats}},
	{FDIV, "fdiv " + aaa, kinds{floats}},
	{FMAX, "fmax " + aaa, kinds{floats}},
	{FMIN, "fmin " + aaa, kinds{floats}},
	{FMAXNM, "fmaxnm " + aaa, kinds{floats}},
	{FMINNM, "fminnm " + aaa, kinds{floats}},
	{FMLA, "fmla " + aaa, kinds{floats}},
	{FMLS, "fmls " + aaa, kinds{floats}},
	{FADDP, "faddp " + aaa, kinds{floats}},
	{FSQRT, "fsqrt " + aa, kinds{floats}},
	{FABS, "fabs " + aa, kinds{floats}},
	{FNEG, "fneg " + aa, kinds{floats}},
	{FRINTN, "frintn " + aa, kinds{floats}},
	{FMULElement, "fmul v<d>.<a>, v<n>.<a>, v<m>.<e>[<i>]", kinds{floats, lane}},
	{FMLAElement, "fmla v<d>.<a>, v<n>.<a>, v<m>.<e>[<i>]", kinds{floats, lane}},

	{FCMEQ, "fcmeq " + aaa, kinds{floats}},
	{FCMGE, "fcmge " + aaa, kinds{floats}},
	{FCMGT, "fcmgt " + aaa, kinds{floats}},
	{FACGE, "facge " + aaa, kinds{floats}},
	{FACGT, "facgt " + aaa, kinds{floats}},
	{FCMEQZero, "fcmeq " + aa + ", #0.0", kinds{floats}},
	{FCMGEZero, "fcmge " + aa + ", #0.0", kinds{floats}},
	{FCMGTZero, "fcmgt " + aa + ", #0.0", kinds{floats}},
	{FCMLTZero, "fcmlt " + aa + ", #0.0", kinds{floats}},

	{FCVTL, "fcvtl v<d>.2d, v<n>.2s", nil},
	{FCVTL2, "fcvtl2 v<d>.2d, v<n>.4s", nil},
	{FCVTN, "fcvtn v<d>.2s, v<n>.2d", nil},
	{FCVTN2, "fcvtn2 v<d>.4s, v<n>.2d", nil},

	{ADD, "add " + aaa, kinds{integers}},
	{SUB, "sub " + aaa, kinds{integers}},
	{UMULL, "umull v<d>.2d, v<n>.2s, v<m>.2s", nil},
	{MUL, "mul " + aaa, kinds{words}},
	{NEG, "neg " + aa, kinds{integers}},
	{XTN, "xtn v<d>.<half>, v<n>.<a>", kinds{wide}},
	{SQXTN, "sqxtn v<d>.<half>, v<n>.<a>", kinds{wide}},
	{SQXTN2, "sqxtn2 v<d>.<twice>, v<n>.<a>", kinds{wide}},
	{SQXTUN, "sqxtun v<d>.<half>, v<n>.<a>", kinds{wide}},
	{SQXTUN2, "sqxtun2 v<d>.<twice>, v<n>.<a>", kinds{wide}},
	{SHRN, "shrn v<d>.<half>, v<n>.<a>, #<by>", kinds{wide, rightHalf}},
	{SHLL, "shll v<d>.<a>, v<n>.<half>, #<bits>", kinds{wide}},
	{SXTL, "sxtl v<d>.<a>, v<n>.<half>", kinds{wide}},
	{UXTL, "uxtl v<d>.<a>, v<n>.<half>", kinds{wide}},
	{SMAX, "smax " + aaa, kinds{words}},
	{UMIN, "umin " + aaa, kinds{bytesToo}},
	{UMAX, "umax " + aaa, kinds{bytesToo}},
	{CMEQ, "cmeq " + aaa, kinds{integers}},
	{CMGT, "cmgt " + aaa, kinds{integers}},
	{CMHI, "cmhi " + aaa, kinds{integers}},
	{CMTST, "cmtst " + aaa, kinds{integers}},
	{USHL, "ushl " + aaa, kinds{integers}},
	{SHL, "shl " + aa + ", #<by>", kinds{integers, left}},
	{SSHR, "sshr " + aa + ", #<by>", kinds{integers, right}},
	{USHR, "ushr " + aa + ", #<by>", kinds{integers, right}},

	{AND, "and " + bbb, nil},
	{BIC, "bic " + bbb, nil},
	{ORR, "orr " + bbb, nil},
	{ORN, "orn " + bbb, nil},
	{EOR, "eor " + bbb, nil},
	{BSL, "bsl " + bbb, nil},
	{BIT, "bit " + bbb, nil},
	{BIF, "bif " + bbb, nil},
	{NOT, "not v<d>.16b, v<n>.16b", nil},
	{MOV, "mov v<d>.16b, v<n>.16b", nil},

	{MOVIZero, "movi v<d>.2d, #0", nil},
	{DUPElement, "dup v<d>.<a>, v<n>.<e>[<i>]", kinds{integers, lane}},
	{DUPGeneral, "dup v<d>.<a>, <n>", kinds{integers, data}},
	{INSElement, "mov v<d>.<e>[<i>], v<n>.<e>[<j>]", kinds{integers, lane, lane}},
	{INSGeneral, "mov v<d>.<e>[<i>], <n>", kinds{integers, lane, data}},
	{UMOV, "mov <d>, v<n>.<e>[<i>]", kinds{integers, data, lane}},
	{EXT, "ext " + bbb + ", #<i>", kinds{byteIndex}},
	{UZP1, "uzp1 " + aaa, kinds{integers}},
	{UZP2, "uzp2 " + aaa, kinds{integers}},
	{TRN1, "trn1 " + aaa, kinds{integers}},
	{TRN2, "trn2 " + aaa, kinds{integers}},
	{ZIP1, "zip1 " + aaa, kinds{integers}},
	{ZIP2, "zip2 " + aaa, kinds{integers}},
	{REV64, "rev64 " + aa, kinds{words}},

	{FADDScalar, "fadd " + www, kinds{scalars}},
	{FSUBScalar, "fsub " + www, kinds{scalars}},
	{FMULScalar, "fmul " + www, kinds{scalars}},
	{FDIVScalar, "fdiv " + www, kinds{scalars}},
	{FMAXScalar, "fmax " + www, kinds{scalars}},
	{FMOVScalar, "fmov <w><d>, <w><n>", kinds{scalars}},
	{FABSScalar, "fabs <w><d>, <w><n>", kinds{scalars}},
	{FSQRTScalar, "fsqrt <w><d>, <w><n>", kinds{scalars}},
	{FCVT, "fcvt <w><d>, <other><n>", kinds{scalars}},
	{FCMP, "fcmp <w><n>, <w><m>", kinds{scalars}},

	{LDR, "ldr <w><t>, [<n>, #<off>]", kinds{widths, base, scaled(0, 4095)}},
	{STR, "str <w><t>, [<n>, #<off>]", kinds{widths, base, scaled(0, 4095)}},
	{LDUR, "ldur <w><t>, [<n>, #<off>]", kinds{widths, base, nearby}},
	{STUR, "stur <w><t>, [<n>, #<off>]", kinds{widths, base, nearby}},
	{LDRRegister, "ldr <w><t>, [<n>, <m>]", kinds{widths, base, index}},
	{STRRegister, "str <w><t>, [<n>, <m>]", kinds{widths, base, index}},
	{LDP, "ldp <w><t>, <w><t2>, [<n>, #<off>]", kinds{widths, base, scaled(-64, 63)}},
	{STP, "stp <w><t>, <w><t2>, [<n>, #<off>]", kinds{widths, base, scaled(-64, 63)}},
	{LD1, "ld1 {v<t>.<e>}[<i>], [<n>]", kinds{integers, lane, base}},
	{ST1, "st1 {v<t>.<e>}[<i>], [<n>]", kinds{integers, lane, base}},
	{LD1R, "ld1r {v<t>.<a>}, [<n>]", kinds{integers, base}},
}

// Operands that recur.
const (
	aaa = "v<d>.<a>, v<n>.<a>, v<m>.<a>"
	aa  = "v<d>.<a>, v<n>.<a>"
	bbb = "v<d>.16b, v<n>.16b, v<m>.16b"
	www = "<w><d>, <w><n>, <w><m>"
)

// normalize settles on one of several spellings of the same instruction, where
// the decoder prints another one than Inst.Text.
func normalize(text string) string {
	text = strings.ReplaceAll(text, ", ", ",")
	text = strings.Replace(text, ",#0x0", ",#0", 1) // movi
	if strings.HasPrefix(text, "fcm") {
		text = strings.Replace(text, ",#0.0", ",#0", 1)
	}
	if operands, ok := strings.CutPrefix(text, "not "); ok {
		text = "mvn " + operands
	}
	if operands, ok := strings.CutPrefix(text, "orr "); ok {
		if r := strings.Split(operands, ","); r[1] == r[2] {
			text = "mov " + r[0] + "," + r[1]
		}
	}
	return text
}

type instruction struct {
	fn     any
	syntax string
	kinds  kinds
}

type kinds []kind

// kind gives the values to try for a parameter. They may depend on the
// arrangement or width, the first argument if there is one.
type kind struct {
	values func(first int) (good, bad []int)
	prefix func(first int) string // of a general register
}

func fixed(good, bad []int) kind {
	return kind{values: func(int) ([]int, []int) { return good, bad }}
}

// between is all of lo..hi, and the values around it.
func between(lo, hi func(first int) int) kind {
	return kind{values: func(first int) (good, bad []int) {
		for i := lo(first); i <= hi(first); i++ {
			good = append(good, i)
		}
		return good, []int{lo(first) - 1, hi(first) + 1, hi(first) + 1<<16, -1 << 31}
	}}
}

func (k kind) good(first int) []int {
	good, _ := k.values(first)
	return good
}

func constant(i int) func(int) int { return func(int) int { return i } }

// laneBits is the number of bits in a lane of the arrangement.
func laneBits(first int) int { return map[Arr]int{H8: 16, S4: 32, D2: 64}[Arr(first)] }

var (
	floats   = fixed([]int{int(S4), int(D2)}, []int{0, int(s2), int(B16), 5, 8, 255})
	integers = floats
	bytesToo = fixed([]int{int(B16), int(S4)}, []int{0, int(D2), int(s2), 5, 8, 255})
	wide     = fixed([]int{int(H8), int(S4), int(D2)}, []int{0, int(s2), int(B16), 8, 255})
	words    = fixed([]int{int(S4)}, []int{0, int(D2), int(s2), int(B16), 5, 8, 255})
	scalars  = fixed([]int{int(S), int(D)}, []int{0, 1, int(Q), 5, 255})
	widths   = fixed([]int{int(S), int(D), int(Q)}, []int{0, 1, 5, 255})

	vectors   = fixed(between(constant(0), constant(31)).good(0), []int{32, 33, 64, 255})
	lane      = between(constant(0), func(first int) int { return 128/laneBits(first) - 1 })
	left      = between(constant(0), func(first int) int { return laneBits(first) - 1 })
	right     = between(constant(1), laneBits)
	rightHalf = between(constant(1), func(first int) int { return laneBits(first) / 2 })
	byteIndex = between(constant(0), constant(15))
	nearby    = fixed([]int{0, 1, -1, 3, 4, 8, 15, 16, 17, 254, 255, -255, -256}, []int{256, -257, 512, 1 << 20, -1 << 31})

	base  = generalRegister(SP, func(int) string { return "x" })
	index = generalRegister(ZR, func(int) string { return "x" })
	data  = generalRegister(ZR, func(first int) string { return map[Arr]string{S4: "w", D2: "x"}[Arr(first)] })
)

// scaled is lo to hi times a width.
func scaled(lo, hi int) kind {
	return kind{values: func(first int) (good, bad []int) {
		bytes := map[Width]int{S: 4, D: 8, Q: 16}[Width(first)]
		for _, i := range []int{lo, lo + 1, lo / 2, 0, 1, 2, 3, 31, 32, hi / 2, hi - 1, hi} {
			good = append(good, i*bytes)
		}
		return good, []int{(lo - 1) * bytes, (hi + 1) * bytes, 1, bytes / 2, bytes - 1, bytes + 1, 1 << 30, -1 << 31}
	}}
}

func generalRegister(number31 R, prefix func(first int) string) kind {
	k := fixed([]int{0, 1, 15, 16, 18, 27, 29, 30, int(number31)}, []int{int(SP + ZR - number31), 32, 62, 64, 95, 255})
	k.prefix = prefix
	return k
}

// function is what the tests know of an instruction's function.
type function struct {
	instruction
	name   string
	value  reflect.Value
	params []string
	kinds  kinds // of all parameters
}

// functions joins the list with the parameters' names from the source.
func functions(t *testing.T) []function {
	declared := exported(t)
	var all []function
	for _, in := range instructions {
		f := function{instruction: in, value: reflect.ValueOf(in.fn)}
		f.name = runtime.FuncForPC(f.value.Pointer()).Name()
		f.name = f.name[strings.LastIndexByte(f.name, '.')+1:]
		f.params = declared[f.name]
		rest := in.kinds
		for i := range f.value.Type().NumIn() {
			if f.value.Type().In(i) == reflect.TypeFor[V]() {
				f.kinds = append(f.kinds, vectors)
			} else if len(rest) > 0 {
				f.kinds = append(f.kinds, rest[0])
				rest = rest[1:]
			}
		}
		if len(rest) > 0 || len(f.kinds) != f.value.Type().NumIn() || len(f.kinds) != len(f.params) {
			t.Fatalf("%s has parameters %v, and %d kinds are listed", f.name, f.params, len(in.kinds))
		}
		all = append(all, f)
	}
	return all
}

// exported returns the exported functions of the package that give an Inst, with
// their parameters' names.
func exported(t *testing.T) map[string][]string {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	all := map[string][]string{}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, decl := range file.Decls {
			f, ok := decl.(*ast.FuncDecl)
			if !ok || !f.Name.IsExported() || f.Type.Results == nil || !mentions(f.Type.Results, "Inst") {
				continue
			}
			params := []string{}
			for _, field := range f.Type.Params.List {
				for _, p := range field.Names {
					params = append(params, p.Name)
				}
			}
			all[f.Name.Name] = params
		}
	}
	return all
}

func mentions(n ast.Node, name string) (found bool) {
	ast.Inspect(n, func(n ast.Node) bool {
		id, ok := n.(*ast.Ident)
		found = found || ok && id.Name == name
		return !found
	})
	return found
}

func TestComplete(t *testing.T) {
	listed := map[string]bool{}
	for _, f := range functions(t) {
		if listed[f.name] {
			t.Errorf("%s is listed twice", f.name)
		}
		listed[f.name] = true
	}
	for name := range exported(t) {
		if !listed[name] {
			t.Errorf("%s is not among the tested instructions", name)
		}
	}
}

// call is one use of an instruction.
type call struct {
	f    function
	args []int
	Inst
}

func (c call) String() string {
	return fmt.Sprintf("%s%v = %#08x %q", c.f.name, c.args, c.Word, c.Text)
}

func (f function) call(args []int) Inst {
	in := make([]reflect.Value, len(args))
	for i, a := range args {
		in[i] = reflect.ValueOf(a).Convert(f.value.Type().In(i))
	}
	return f.value.Call(in)[0].Interface().(Inst)
}

// each calls try with arguments for every value of every parameter, among random
// values of the others, and says which of the parameters that is.
func (f function) each(rng *rand.Rand, pick func(good, bad []int) []int, try func(args []int, param int)) {
	firsts := f.kinds[0].good(0)
	for _, first := range firsts {
		for param := range f.kinds {
			for _, x := range pick(f.kinds[param].values(first)) {
				if param == 0 && x != first && slices.Contains(firsts, x) {
					continue // the others go with first
				}
				args := f.draw(rng, first, param, x)
				for f.name == "LDP" && args[1] == args[2] { // TestPanics has this one
					args = f.draw(rng, first, param, x)
				}
				try(args, param)
			}
		}
	}
}

// draw returns random arguments that go with first, but for x.
func (f function) draw(rng *rand.Rand, first, param, x int) []int {
	args := make([]int, len(f.kinds))
	for i, k := range f.kinds {
		good := k.good(first)
		args[i] = good[rng.IntN(len(good))]
	}
	args[0] = first
	args[param] = x
	return args
}

// calls returns many calls of all instructions, always the same.
func calls(t *testing.T) []call {
	rng := rand.New(rand.NewPCG(1, 2))
	var all []call
	for _, f := range functions(t) {
		f.each(rng, func(good, _ []int) []int { return good }, func(args []int, _ int) {
			all = append(all, call{f, args, f.call(args)})
		})
	}
	return all
}

// text is what the syntax gives for the arguments.
func (f function) text(args []int) string {
	var spell []string
	for i, p := range f.params {
		s := fmt.Sprint(args[i])
		switch f.value.Type().In(i) {
		case reflect.TypeFor[Arr]():
			a := Arr(args[i])
			s = map[Arr]string{B16: "16b", H8: "8h", S4: "4s", D2: "2d"}[a]
			spell = append(spell, "<e>", map[Arr]string{S4: "s", D2: "d"}[a],
				"<half>", map[Arr]string{H8: "8b", S4: "4h", D2: "2s"}[a], "<bits>", fmt.Sprint(laneBits(args[i])/2),
				"<twice>", map[Arr]string{H8: "16b", S4: "8h", D2: "4s"}[a])
		case reflect.TypeFor[Width]():
			w := Width(args[i])
			s = map[Width]string{S: "s", D: "d", Q: "q"}[w]
			spell = append(spell, "<other>", map[Width]string{S: "d", D: "s"}[w])
		case reflect.TypeFor[R]():
			prefix := f.kinds[i].prefix(args[0])
			switch R(args[i]) {
			case SP:
				s = "sp"
			case ZR:
				s = prefix + "zr"
			default:
				s = prefix + s
			}
		}
		spell = append(spell, "<"+p+">", s)
	}
	text := strings.NewReplacer(spell...).Replace(f.syntax)
	return strings.Replace(text, ", #0]", "]", 1)
}

func TestText(t *testing.T) {
	for _, c := range calls(t) {
		if want := c.f.text(c.args); c.Text != want {
			t.Errorf("%v, want %q", c, want)
		}
	}
	if got, want := FADD(S4, 1, 1, 0).String(), "WORD $0x4e20d421 // fadd v1.4s, v1.4s, v0.4s"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestDecoder(t *testing.T) {
	for _, c := range calls(t) {
		got, err := arm64asm.Decode(binary.LittleEndian.AppendUint32(nil, c.Word))
		if err != nil {
			t.Errorf("%v: %v", c, err)
		} else if text := arm64asm.GNUSyntax(got); normalize(text) != normalize(c.Text) {
			t.Errorf("%v: arm64asm reads %q", c, text)
		}
	}
}

func TestAssemblers(t *testing.T) {
	for _, command := range [][]string{
		{"aarch64-linux-gnu-as", "-o"},
		{"llvm-mc", "-triple=aarch64-linux-gnu", "-mattr=+neon", "-filetype=obj", "-o"},
	} {
		t.Run(command[0], func(t *testing.T) {
			if _, err := exec.LookPath(command[0]); err != nil {
				t.Skip("the assembler is not installed:", err)
			}
			object := filepath.Join(t.TempDir(), "enc.o")
			all := calls(t)
			var source strings.Builder
			for _, c := range all {
				source.WriteString(c.Text + "\n")
			}
			cmd := exec.Command(command[0], append(command[1:], object, "-")...)
			cmd.Stdin = strings.NewReader(source.String())
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("%v: %v\n%s", cmd, err, out)
			}
			words := code(t, object)
			if len(words) != len(all) {
				t.Fatalf("%d instructions became %d words", len(all), len(words))
			}
			for i, c := range all {
				if words[i] != c.Word {
					t.Errorf("%v: the assembler gives %#08x", c, words[i])
				}
			}
		})
	}
}

// code returns the words of an object file's code.
func code(t *testing.T, object string) []uint32 {
	data, err := os.ReadFile(object)
	if err != nil {
		t.Fatal(err)
	}
	file, err := elf.NewFile(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	section, err := file.Section(".text").Data()
	if err != nil {
		t.Fatal(err)
	}
	words := make([]uint32, len(section)/4)
	for i := range words {
		words[i] = binary.LittleEndian.Uint32(section[4*i:])
	}
	return words
}

func TestPanics(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for _, f := range functions(t) {
		mnemonic, _, _ := strings.Cut(f.syntax, " ")
		f.each(rng, func(_, bad []int) []int { return bad }, func(args []int, param int) {
			value := fmt.Sprint(reflect.ValueOf(args[param]).Convert(f.value.Type().In(param)).Interface())
			if f.value.Type().In(param) == reflect.TypeFor[R]() {
				switch R(args[param]) {
				case SP:
					value = "SP"
				case ZR:
					value = "ZR"
				}
			}
			wantPanic(t, f, args, "enc: "+mnemonic+": ", " "+value+", want ")
		})
		if f.name == "LDP" {
			wantPanic(t, f, []int{int(Q), 5, 5, 1, 16}, "enc: ldp: ", " q5")
		}
	}
}

func wantPanic(t *testing.T, f function, args []int, prefix, value string) {
	defer func() {
		message, ok := recover().(string)
		if !ok || !strings.HasPrefix(message, prefix) || !strings.Contains(message, value) {
			t.Errorf("%s%v: panic %q, want %q and %q", f.name, args, message, prefix, value)
		}
	}()
	t.Errorf("%s%v = %v", f.name, args, f.call(args))
}
